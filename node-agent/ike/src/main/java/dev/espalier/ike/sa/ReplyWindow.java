package dev.espalier.ike.sa;

import dev.espalier.wire.Octets;
import java.util.List;

/** The peer's requests: which one is next, and the reply to the last, for when it comes again (IKE-02). The window is 1. */
final class ReplyWindow {
    enum Kind {
        NEXT,
        /** The last one again. */
        REPEATED,
        OUTSIDE
    }

    private long next;
    private List<Octets> stored = List.of();

    ReplyWindow(long next) {
        this.next = next;
    }

    Kind kind(long messageId) {
        if (messageId == next) {
            return Kind.NEXT;
        }
        return messageId == next - 1 && !stored.isEmpty() ? Kind.REPEATED : Kind.OUTSIDE;
    }

    List<Octets> stored() {
        return stored;
    }

    void answered(List<Octets> reply) {
        stored = List.copyOf(reply);
        next++;
    }
}
