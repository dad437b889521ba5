package dev.espalier.linux.netlink;

import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Builds one netlink message: header, fixed part, attributes (netlink(7)); numbers in host byte order, addresses in network order. */
final class Request {
    private static final int NESTED = 0x8000;

    private final int type;
    private final int flags;
    private final String subject;
    private ByteBuffer bytes = ByteBuffer.allocate(512).order(ByteOrder.nativeOrder());

    /**
     * @param flags NLM_F_* beyond REQUEST
     * @param subject what the request is about, for errors
     */
    Request(int type, int flags, String subject) {
        this.type = type;
        this.flags = flags | Netlink.F_REQUEST;
        this.subject = subject;
        bytes.position(Netlink.HEADER_BYTES);
    }

    int type() {
        return type;
    }

    String subject() {
        return subject;
    }

    Request u8(int value) {
        ensure(1).put((byte) value);
        return this;
    }

    Request u16(int value) {
        ensure(2).putShort((short) value);
        return this;
    }

    Request u32(int value) {
        ensure(4).putInt(value);
        return this;
    }

    Request attribute(int kind, byte[] value) {
        ensure(4 + value.length + 3);
        bytes.putShort((short) (4 + value.length)).putShort((short) kind).put(value);
        pad();
        return this;
    }

    Request attribute(int kind, Octets value) {
        return attribute(kind, value.toArray());
    }

    Request attribute(int kind, IpAddress address) {
        return attribute(kind, address.toBytes());
    }

    Request attribute(int kind, int value) {
        ensure(8).putShort((short) 8).putShort((short) kind).putInt(value);
        return this;
    }

    /** A string with its terminating zero. */
    Request attribute(int kind, String text) {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        byte[] terminated = new byte[octets.length + 1];
        System.arraycopy(octets, 0, terminated, 0, octets.length);
        return attribute(kind, terminated);
    }

    /** Opens an attribute that holds attributes; the result goes to {@link #endNest}. */
    int beginNest(int kind) {
        ensure(4);
        int at = bytes.position();
        bytes.putShort((short) 4).putShort((short) (kind | NESTED));
        return at;
    }

    Request endNest(int at) {
        bytes.putShort(at, (short) (bytes.position() - at));
        return this;
    }

    /** Of the whole message, in octets. */
    int length() {
        return bytes.position();
    }

    /** The whole message. */
    byte[] encode(int sequence, int moreFlags) {
        int length = bytes.position();
        bytes.putInt(0, length)
                .putShort(4, (short) type)
                .putShort(6, (short) (flags | moreFlags))
                .putInt(8, sequence)
                .putInt(12, 0);
        byte[] message = new byte[length];
        bytes.get(0, message);
        return message;
    }

    private void pad() {
        while (bytes.position() % 4 != 0) {
            bytes.put((byte) 0);
        }
    }

    private ByteBuffer ensure(int more) {
        if (bytes.remaining() < more) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(bytes.capacity() * 2, bytes.position() + more))
                    .order(ByteOrder.nativeOrder());
            larger.put(bytes.flip());
            bytes = larger;
        }
        return bytes;
    }
}
