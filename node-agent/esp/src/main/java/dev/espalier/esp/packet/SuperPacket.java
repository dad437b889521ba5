package dev.espalier.esp.packet;

import java.lang.foreign.MemorySegment;

/**
 * A packet for the TUN device in one or more slices: headers and payload of the first, then the payloads of those that it stands for as
 * well. With more than one slice its headers speak for the whole, and its TCP or UDP checksum field holds the sum of the pseudo-header alone,
 * as the kernel expects of a packet that it is to cut again (virtio_net_hdr with NEEDS_CSUM).
 */
public final class SuperPacket {
    final long[] offsets;
    final int[] lengths;
    MemorySegment memory = MemorySegment.NULL;
    int slices;
    int segmentSize;
    int headerLength;
    int checksumStart;
    int checksumOffset;
    boolean v6;
    boolean tcp;
    int bytes;

    SuperPacket(int mostSlices) {
        offsets = new long[mostSlices];
        lengths = new int[mostSlices];
    }

    public MemorySegment memory() {
        return memory;
    }

    /** How many inner packets it stands for. */
    public int slices() {
        return slices;
    }

    /** Where slice {@code i} starts in {@link #memory}. In front of the first there are at least ten octets that may be overwritten. */
    public long offset(int i) {
        return offsets[i];
    }

    public int length(int i) {
        return lengths[i];
    }

    /** Payload octets of each packet but the last; 0 for a packet that stands for itself. */
    public int segmentSize() {
        return segmentSize;
    }

    /** Octets in front of the payload. */
    public int headerLength() {
        return headerLength;
    }

    public int checksumStart() {
        return checksumStart;
    }

    public int checksumOffset() {
        return checksumOffset;
    }

    public boolean v6() {
        return v6;
    }

    /** TCP rather than UDP. */
    public boolean tcp() {
        return tcp;
    }

    /** Octets of the inner packets, each with its own headers. */
    public int bytes() {
        return bytes;
    }
}
