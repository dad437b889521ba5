package dev.espalier.agent.handover;

import dev.espalier.linux.libc.Fd;
import dev.espalier.linux.unix.UnixConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Messages of a handover on its connection: a type, a length, and so many octets. */
final class Frames {
    /** What a message is about. */
    enum Type {
        /** The successor's first: which versions it speaks, and which program it is. */
        HELLO(1),
        /** The predecessor agrees to hand over when it ends. */
        WELCOME(2),
        /** It does not, and says why; the last message. */
        REFUSED(3),
        /** The successor could begin at any moment. */
        READY(4),
        /** Everything. The predecessor sends nothing to the network from here on, unless the handover fails before COMMIT. */
        STATE(5),
        /** The successor holds everything and has not used any of it. */
        TAKEN(6),
        /** It is the successor's: the predecessor will never use it again. */
        COMMIT(7);

        private final int number;

        Type(int number) {
            this.number = number;
        }
    }

    /** A mesh of 5000 nodes takes some 30 MB. */
    private static final int LARGEST = 256 << 20;

    private static final int HEAD_BYTES = 1 + Integer.BYTES;

    private Frames() {}

    /** @param content may hold keys; the caller wipes it */
    static void send(UnixConnection to, Type type, byte[] content, List<Fd> descriptors, long timeoutNanos)
            throws IOException {
        byte[] head = ByteBuffer.allocate(HEAD_BYTES)
                .put((byte) type.number)
                .putInt(content.length)
                .array();
        to.send(head, descriptors, timeoutNanos);
        if (content.length > 0) {
            to.send(content, List.of(), timeoutNanos);
        }
    }

    static void send(UnixConnection to, Type type, String text, long timeoutNanos) throws IOException {
        send(to, type, text.getBytes(StandardCharsets.UTF_8), List.of(), timeoutNanos);
    }

    /**
     * Receives the one message that may come now.
     *
     * @throws HandoverException when it is another one, or a refusal
     */
    static byte[] receive(UnixConnection from, Type expected, long timeoutNanos) throws IOException, HandoverException {
        byte[] head = new byte[HEAD_BYTES];
        from.receive(head, timeoutNanos);
        int type = head[0];
        int length = ByteBuffer.wrap(head, 1, Integer.BYTES).getInt();
        if (length < 0 || length > LARGEST) {
            throw new HandoverException("a message of " + Integer.toUnsignedString(length) + " octets");
        }
        byte[] content = new byte[length];
        if (length > 0) {
            from.receive(content, timeoutNanos);
        }
        if (type == Type.REFUSED.number) {
            throw new HandoverException(new String(content, StandardCharsets.UTF_8));
        }
        if (type != expected.number) {
            throw new HandoverException("message " + type + " instead of " + expected);
        }
        return content;
    }
}
