package dev.espalier.cni;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** One message each way over the socket: "ECN1", the length of what follows in 32 bits of network order, the body. */
public final class Frame {
    private static final int MAGIC = 0x45434e31;
    private static final int HEADER_BYTES = 8;
    /** More than any configuration with a previous result needs. */
    static final int MAX_BODY_BYTES = 2 << 20;

    private Frame() {}

    static byte[] encode(byte[] body) {
        byte[] frame = new byte[HEADER_BYTES + body.length];
        ByteBuffer.wrap(frame).putInt(MAGIC).putInt(body.length).put(body);
        return frame;
    }

    /**
     * Reads the body of one frame.
     *
     * @throws EOFException when the other side closes before its end
     * @throws IOException also for what is no frame, or one of more than 2 MiB
     */
    public static byte[] read(ReadableByteChannel channel) throws IOException {
        ByteBuffer header = ByteBuffer.wrap(fill(channel, HEADER_BYTES));
        int magic = header.getInt();
        int length = header.getInt();
        if (magic != MAGIC || length < 0 || length > MAX_BODY_BYTES) {
            throw new IOException("not a message of this plugin");
        }
        return fill(channel, length);
    }

    private static byte[] fill(ReadableByteChannel channel, int length) throws IOException {
        byte[] octets = new byte[length];
        ByteBuffer buffer = ByteBuffer.wrap(octets);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("closed after " + buffer.position() + " of " + length + " octets");
            }
        }
        return octets;
    }
}
