package dev.espalier.linux.udp;

import dev.espalier.linux.libc.HotCalls;
import dev.espalier.linux.libc.Memory;
import dev.espalier.linux.libc.Syscalls;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.UdpEndpoint;
import dev.espalier.wire.ip.UdpPath;
import java.lang.foreign.Arena;

/**
 * Room for a number of received datagrams, in memory that the caller owns or that {@link #allocate} takes. Accessors are valid for indexes below what
 * {@link UdpSocket#receive} returned, until its next call. Addresses come as two halves, as {@link IpAddress} holds them, so that nothing is allocated;
 * {@link #path} allocates and is for the control plane. One thread.
 */
public final class ReceiveBatch {
    // Control messages, as level << 8 | type.
    private static final int IP_TOS = 1;
    private static final int IP_PKTINFO = 8;
    private static final int IPV6_PKTINFO = 41 << 8 | 50;
    private static final int IPV6_TCLASS = 41 << 8 | 67;
    private static final int SO_RXQ_OVFL = 1 << 8 | 40;
    private static final int UDP_GRO = 17 << 8 | 104;
    private static final int CONTROL_HEADER_BYTES = 16;

    final MessageVector vector;
    private final long[] localHigh;
    private final long[] localLow;
    private final int[] interfaceIndex;
    private final int[] trafficClass;
    private final int[] segmentSize;
    private int localPort;
    private long kernelDrops;

    private ReceiveBatch(Arena arena, int messages) {
        vector = new MessageVector(arena, messages);
        localHigh = new long[messages];
        localLow = new long[messages];
        interfaceIndex = new int[messages];
        trafficClass = new int[messages];
        segmentSize = new int[messages];
        rearm(messages);
    }

    /** A batch without buffers: give each message one by {@link #buffer} before receiving. */
    public static ReceiveBatch of(Arena arena, int messages) {
        return new ReceiveBatch(arena, messages);
    }

    /**
     * A batch with a slot of {@code headroomBytes + slotBytes} octets for each message; the datagram starts behind the headroom. Slots are aligned to 64 octets.
     */
    public static ReceiveBatch allocate(Arena arena, int messages, int slotBytes, int headroomBytes) {
        ReceiveBatch batch = new ReceiveBatch(arena, messages);
        long stride = (headroomBytes + (long) slotBytes + 63) & ~63L;
        long slots = arena.allocate(stride * messages, 64).address();
        for (int i = 0; i < messages; i++) {
            batch.buffer(i, slots + i * stride + headroomBytes, slotBytes);
        }
        return batch;
    }

    public int capacity() {
        return vector.capacity;
    }

    /** Where message {@code i} of the next receive goes. */
    public void buffer(int i, long address, int length) {
        vector.buffer(i, address, length);
    }

    /** Where message {@code i} is. */
    public long address(int i) {
        return vector.bufferAddress(i);
    }

    /** UDP payload octets of message {@code i} that are in its buffer. */
    public int length(int i) {
        return Math.min(vector.transferred(i), vector.bufferLength(i));
    }

    /**
     * Octets of each datagram that message {@code i} holds, of which the last may be shorter: the kernel puts datagrams of one sender together when
     * {@link UdpSocket#receiveCoalesced} is on. {@link #length} when it holds one.
     */
    public int segmentSize(int i) {
        int size = segmentSize[i];
        return size > 0 ? size : length(i);
    }

    /** Whether message {@code i} was longer than its buffer, so that its tail is lost. */
    public boolean truncated(int i) {
        return (vector.flags(i) & HotCalls.MSG_TRUNC) != 0;
    }

    /** Whether addresses are IPv6. */
    public boolean v6(int i) {
        return family(i) == Syscalls.AF_INET6;
    }

    /** The upper half of the sender's address, 0 for IPv4. */
    public long sourceHigh(int i) {
        return v6(i) ? Memory.getLongBe(vector.name(i) + 8) : 0;
    }

    /** The lower half of the sender's address; for IPv4 the address. */
    public long sourceLow(int i) {
        return v6(i) ? Memory.getLongBe(vector.name(i) + 16) : Memory.getIntBe(vector.name(i) + 4) & 0xffff_ffffL;
    }

    public int sourcePort(int i) {
        return Memory.getShortBe(vector.name(i) + 2) & 0xffff;
    }

    /** The upper half of the address that the datagram was sent to, 0 for IPv4. */
    public long localHigh(int i) {
        return localHigh[i];
    }

    /** The lower half of the address that the datagram was sent to; for IPv4 the address. */
    public long localLow(int i) {
        return localLow[i];
    }

    public int localPort() {
        return localPort;
    }

    /** The interface that the datagram came in on. */
    public int interfaceIndex(int i) {
        return interfaceIndex[i];
    }

    /** The outer TOS or traffic class: DSCP in the upper six bits, ECN in the lower two (RFC 3168). */
    public int trafficClass(int i) {
        return trafficClass[i];
    }

    /** Where message {@code i} came from and went to. Allocates. */
    public UdpPath path(int i) {
        boolean v6 = v6(i);
        return new UdpPath(
                new UdpEndpoint(new IpAddress(v6, localHigh[i], localLow[i]), localPort),
                new UdpEndpoint(new IpAddress(v6, sourceHigh(i), sourceLow(i)), sourcePort(i)));
    }

    /** A copy of message {@code i}'s payload. */
    public byte[] copy(int i) {
        byte[] payload = new byte[length(i)];
        Memory.copyToHeap(address(i), payload, 0, payload.length);
        return payload;
    }

    /** Makes the first {@code messages} headers ready for the kernel, which overwrote their lengths. */
    void rearm(int messages) {
        for (int i = 0; i < messages; i++) {
            vector.lengths(i, MessageVector.NAME_BYTES, MessageVector.CONTROL_BYTES);
        }
    }

    /** Reads the control messages of the first {@code messages}. */
    void parse(int messages, int port) {
        localPort = port;
        for (int i = 0; i < messages; i++) {
            localHigh[i] = 0;
            localLow[i] = 0;
            interfaceIndex[i] = 0;
            trafficClass[i] = 0;
            segmentSize[i] = 0;
            long at = vector.control(i);
            long end = at + Math.min(vector.controlLength(i), MessageVector.CONTROL_BYTES);
            while (end - at >= CONTROL_HEADER_BYTES) {
                long length = Memory.getLong(at);
                if (length < CONTROL_HEADER_BYTES || length > end - at) {
                    break;
                }
                take(i, Memory.getInt(at + 8) << 8 | Memory.getInt(at + 12) & 0xff, at + CONTROL_HEADER_BYTES);
                at += (length + 7) & ~7L;
            }
        }
    }

    /** Datagrams that the kernel dropped for want of room in the receive queue, since the socket was made (SO_RXQ_OVFL). */
    long kernelDrops() {
        return kernelDrops;
    }

    private void take(int i, int kind, long data) {
        switch (kind) {
            case IP_PKTINFO -> {
                interfaceIndex[i] = Memory.getInt(data);
                // ipi_addr, what the header said; ipi_spec_dst differs for broadcasts.
                localLow[i] = Memory.getIntBe(data + 8) & 0xffff_ffffL;
            }
            case IPV6_PKTINFO -> {
                localHigh[i] = Memory.getLongBe(data);
                localLow[i] = Memory.getLongBe(data + 8);
                interfaceIndex[i] = Memory.getInt(data + 16);
            }
            case IP_TOS -> trafficClass[i] = Memory.getByte(data) & 0xff;
            case IPV6_TCLASS -> trafficClass[i] = Memory.getInt(data) & 0xff;
            case UDP_GRO -> segmentSize[i] = Memory.getInt(data);
            case SO_RXQ_OVFL -> kernelDrops = Memory.getInt(data) & 0xffff_ffffL;
            default -> {}
        }
    }

    private int family(int i) {
        return Memory.getShort(vector.name(i));
    }
}
