package dev.espalier.esp.packet;

import java.lang.foreign.MemorySegment;

/**
 * One packet in off-heap memory, with room in front for the headers that sealing adds and behind for padding and ICV, so that a packet is
 * sealed and opened where it lies.
 *
 * <pre>
 *  0           HEADROOM                              capacity - TAILROOM     capacity
 *  |  headers  |  packet as read: up to maxLength()            |  trailer, ICV  |
 *              ^ offset after clear()
 * </pre>
 *
 * Reused for every packet of its place in a batch, or moved along the packets of a larger piece of memory. Not thread-safe.
 */
public final class PacketBuffer {
    /** Room for outer IPv6 (40), UDP (8), ESP header and IV (16), or for an ICMPv6 error (48), and to spare for a virtio header. */
    public static final int HEADROOM = 96;

    /** Room for padding (3), trailer (2) and ICV (up to 32), and to spare. */
    public static final int TAILROOM = 64;

    /** {@link #checksumStart()} of a packet whose checksums are complete. */
    public static final int NO_CHECKSUM = -1;

    private final MemorySegment memory;
    private final OuterAddresses outer = new OuterAddresses();
    private int offset = HEADROOM;
    private int length;
    private int trafficClass;
    private int segmentSize;
    private int checksumStart = NO_CHECKSUM;
    private int checksumOffset;

    /** A buffer over all of {@code memory}. */
    public PacketBuffer(MemorySegment memory) {
        if (memory.byteSize() < HEADROOM + TAILROOM + 1280) {
            throw new IllegalArgumentException("a slot of " + memory.byteSize() + " octets holds no packet");
        }
        this.memory = memory;
    }

    public MemorySegment memory() {
        return memory;
    }

    /** Address of the slot's first octet. */
    public long address() {
        return memory.address();
    }

    /** Where the packet starts. */
    public int offset() {
        return offset;
    }

    /** Octets of the packet. */
    public int length() {
        return length;
    }

    /** The longest packet that may be read into the slot. */
    public int maxLength() {
        return (int) memory.byteSize() - HEADROOM - TAILROOM;
    }

    /** Back to an empty slot. */
    public void clear() {
        offset = HEADROOM;
        length = 0;
        trafficClass = 0;
        setOffload(0, NO_CHECKSUM, 0);
    }

    /** The packet is now these octets of the slot. */
    public void set(int newOffset, int newLength) {
        offset = newOffset;
        length = newLength;
    }

    /** TOS or traffic class of the outer header: as received, or to be sent with (RFC 4301 5.1.2, RFC 6040 4.1). */
    public int trafficClass() {
        return trafficClass;
    }

    public void setTrafficClass(int value) {
        trafficClass = value;
    }

    /**
     * What the kernel left undone on a packet that it read into the TUN device (virtio_net_hdr): it may stand for several of which all but
     * the last carry {@code segmentSize} octets, and its TCP or UDP checksum may hold the sum of the pseudo-header alone.
     *
     * @param segmentSize 0 for one packet
     * @param checksumStart where summing starts, counted from the start of the packet, or {@link #NO_CHECKSUM}
     * @param checksumOffset where the checksum field is, counted from {@code checksumStart}
     */
    public void setOffload(int segmentSize, int checksumStart, int checksumOffset) {
        this.segmentSize = segmentSize;
        this.checksumStart = checksumStart;
        this.checksumOffset = checksumOffset;
    }

    /** Payload octets of each packet that this one stands for; 0 when it stands for itself. */
    public int segmentSize() {
        return segmentSize;
    }

    public int checksumStart() {
        return checksumStart;
    }

    public int checksumOffset() {
        return checksumOffset;
    }

    /** Where a received datagram came from and to. */
    public OuterAddresses outer() {
        return outer;
    }

    /** Copies {@code other}'s packet to the start of this slot, with what the kernel left undone on it. */
    void copyFrom(PacketBuffer other) {
        clear();
        MemorySegment.copy(other.memory, other.offset, memory, HEADROOM, other.length);
        length = other.length;
        setOffload(other.segmentSize, other.checksumStart, other.checksumOffset);
    }
}
