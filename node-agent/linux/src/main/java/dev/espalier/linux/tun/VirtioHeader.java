package dev.espalier.linux.tun;

import dev.espalier.linux.libc.Memory;

/**
 * The virtio_net_hdr in front of each packet of a {@link TunDevice} that was opened with it (linux/virtio_net.h): ten octets in host byte order, read
 * and written by address.
 *
 * <pre>
 *   0 flags(1)  1 gso_type(1)  2 hdr_len(2)  4 gso_size(2)  6 csum_start(2)  8 csum_offset(2)
 * </pre>
 */
public final class VirtioHeader {
    /** Octets. */
    public static final int BYTES = 10;

    /** The checksum field holds the sum of the pseudo-header; the rest is to be added, from csum_start to the end. */
    public static final int NEEDS_CHECKSUM = 1;
    /** The checksum has been verified. */
    public static final int CHECKSUM_VALID = 2;

    public static final int NOT_SEGMENTED = 0;
    public static final int TCP_V4 = 1;
    public static final int TCP_V6 = 4;
    public static final int UDP = 5;
    /** A bit beside a TCP type: the first segment carries CWR (RFC 3168 6.1.2). */
    public static final int ECN = 0x80;

    private VirtioHeader() {}

    public static int flags(long header) {
        return Memory.getByte(header);
    }

    /** {@link #TCP_V4}, {@link #TCP_V6}, {@link #UDP} or {@link #NOT_SEGMENTED}; without {@link #ECN}. */
    public static int segmentation(long header) {
        return Memory.getByte(header + 1) & ~ECN & 0xff;
    }

    /** Payload octets of each segment but the last. */
    public static int segmentSize(long header) {
        return Memory.getShort(header + 4) & 0xffff;
    }

    public static int checksumStart(long header) {
        return Memory.getShort(header + 6) & 0xffff;
    }

    /** Where the checksum field is, counted from {@link #checksumStart}. */
    public static int checksumOffset(long header) {
        return Memory.getShort(header + 8) & 0xffff;
    }

    /** A whole packet that asks for nothing. */
    public static void writePlain(long header) {
        Memory.putLong(header, 0);
        Memory.putShort(header + 8, (short) 0);
    }

    /**
     * A packet that stands for several.
     *
     * @param headerLength octets in front of the payload
     */
    public static void writeSegmented(
            long header, int segmentation, int headerLength, int segmentSize, int checksumStart, int checksumOffset) {
        Memory.putByte(header, (byte) NEEDS_CHECKSUM);
        Memory.putByte(header + 1, (byte) segmentation);
        Memory.putShort(header + 2, (short) headerLength);
        Memory.putShort(header + 4, (short) segmentSize);
        Memory.putShort(header + 6, (short) checksumStart);
        Memory.putShort(header + 8, (short) checksumOffset);
    }
}
