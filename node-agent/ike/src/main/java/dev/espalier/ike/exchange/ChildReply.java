package dev.espalier.ike.exchange;

import dev.espalier.ike.message.NotifyType;
import dev.espalier.ike.message.Payload;
import dev.espalier.wire.Octets;
import java.util.List;

/** What we answer to a peer that wants a pair of child SAs. */
public sealed interface ChildReply {
    /** The payloads that the response holds for it. */
    List<Payload> payloads();

    record Accepted(NewChild child, List<Payload> payloads) implements ChildReply {
        public Accepted {
            payloads = List.copyOf(payloads);
        }
    }

    /** Agreed on, and to be finished by the peer's further key exchanges (RFC 9370 2.2.4). */
    record MoreKeys(FollowUpResponder<NewChild> rest, List<Payload> payloads) implements ChildReply {
        public MoreKeys {
            payloads = List.copyOf(payloads);
        }
    }

    /** @param detail for operators */
    record Refused(NotifyType notifyType, Octets data, String detail) implements ChildReply {
        @Override
        public List<Payload> payloads() {
            return List.of(Payload.Notify.of(notifyType, data));
        }
    }
}
