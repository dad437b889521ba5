package dev.espalier.ike.sa;

import java.util.Objects;
import java.util.TreeMap;

/**
 * The peer's requests: which may come, in any order within the window, and the replies to those that came, for when they come again
 * (RFC 7296 2.2, 2.3; IKE-02, IKE-07).
 */
final class ReplyWindow {
    enum Kind {
        /** To be served. */
        NEW,
        /** Answered before. */
        REPEATED,
        OUTSIDE
    }

    private final int size;
    private final TreeMap<Long, SentReply> replies = new TreeMap<>();
    private long lowest;

    /**
     * @param lowest first message ID to come
     * @param size requests that the peer may have open at once
     */
    ReplyWindow(long lowest, int size) {
        this.lowest = lowest;
        this.size = size;
    }

    void save(StateWriter out) {
        out.i64(lowest).i32(size);
        out.list(
                replies.entrySet(),
                entry -> out.i64(entry.getKey()).list(entry.getValue().datagrams(), out::octets));
    }

    static ReplyWindow restore(StateReader in) {
        ReplyWindow window = new ReplyWindow(in.i64("message ID"), in.i32("window"));
        in.list("replies", each -> {
            long id = each.i64("message ID");
            window.replies.put(id, new SentReply(each.list("reply", reply -> reply.octets("datagram"))));
            return id;
        });
        return window;
    }

    Kind kind(long messageId) {
        if (replies.containsKey(messageId)) {
            return Kind.REPEATED;
        }
        return messageId >= lowest && messageId < lowest + size ? Kind.NEW : Kind.OUTSIDE;
    }

    /** The reply to a repeated request. */
    SentReply stored(long messageId) {
        return Objects.requireNonNull(replies.get(messageId));
    }

    void answered(long messageId, SentReply reply) {
        replies.put(messageId, reply);
        while (replies.containsKey(lowest)) {
            lowest++;
        }
        // The peer may repeat what it has not heard of, which is as much as its window holds.
        replies.headMap(lowest - size).clear();
    }
}
