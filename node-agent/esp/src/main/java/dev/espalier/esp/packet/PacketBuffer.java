package dev.espalier.esp.packet;

import dev.espalier.wire.ip.UdpPath;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * One packet in an off-heap slot, with room in front for the headers that sealing adds and behind for padding and ICV, so that a packet is
 * sealed and opened where it lies.
 *
 * <pre>
 *  0           HEADROOM                              capacity - TAILROOM     capacity
 *  |  headers  |  packet as read: up to maxLength()            |  trailer, ICV  |
 *              ^ offset after clear()
 * </pre>
 *
 * Reused for every packet of its place in a batch. Not thread-safe.
 */
public final class PacketBuffer {
    /** Room for outer IPv6 (40), UDP (8), ESP header and IV (16), or for an ICMPv6 error (48), and to spare for a virtio header. */
    public static final int HEADROOM = 96;

    /** Room for padding (3), trailer (2) and ICV (up to 32), and to spare. */
    public static final int TAILROOM = 64;

    private final MemorySegment memory;
    private final OuterAddresses outer = new OuterAddresses();
    private int offset = HEADROOM;
    private int length;
    private int trafficClass;
    private @Nullable UdpPath path;

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
        path = null;
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

    /** Where a sealed packet is to be sent; null until then. */
    public @Nullable UdpPath path() {
        return path;
    }

    public void setPath(UdpPath value) {
        path = value;
    }

    /** Where a received datagram came from and to. */
    public OuterAddresses outer() {
        return outer;
    }

    /** Copies {@code other}'s packet to the start of this slot, without what is known about it. */
    void copyFrom(PacketBuffer other) {
        clear();
        MemorySegment.copy(other.memory, other.offset, memory, HEADROOM, other.length);
        length = other.length;
    }
}
