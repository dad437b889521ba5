package dev.espalier.linux.udp;

import dev.espalier.linux.libc.Memory;
import dev.espalier.linux.libc.Syscalls;
import dev.espalier.wire.ip.UdpPath;
import java.lang.foreign.Arena;

/**
 * Datagrams of one address family to be sent together, each from memory of the caller, to a destination, from a local address, with a traffic class of its
 * own. Fill by {@link #add}, hand to {@link UdpSocket#send}, {@link #clear}. The memory of a message must stay as it is until it is sent. One thread; allocates only when
 * it is made.
 */
public final class SendBatch {
    private static final int IPPROTO_IP = 0;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IP_TOS = 1;
    private static final int IP_PKTINFO = 8;
    private static final int IPV6_PKTINFO = 50;
    private static final int IPV6_TCLASS = 67;
    private static final int SOL_UDP = 17;
    private static final int UDP_SEGMENT = 103;
    private static final int CONTROL_HEADER_BYTES = 16;
    private static final int SOCKADDR_IN_BYTES = 16;
    private static final int SOCKADDR_IN6_BYTES = 28;

    final MessageVector vector;
    private final boolean v6;
    private final int[] errors;
    private int count;
    private int cursor;

    public SendBatch(Arena arena, boolean v6, int messages) {
        this.v6 = v6;
        vector = new MessageVector(arena, messages);
        errors = new int[messages];
    }

    public boolean v6() {
        return v6;
    }

    public int capacity() {
        return vector.capacity;
    }

    /** Messages added since {@link #clear}. */
    public int count() {
        return count;
    }

    public boolean isFull() {
        return count == vector.capacity;
    }

    /** Messages that {@link UdpSocket#send} has not dealt with yet. */
    public int pending() {
        return count - cursor;
    }

    /** Forgets all messages, sent or not. */
    public void clear() {
        count = 0;
        cursor = 0;
    }

    /** 0 if message {@code i} was handed to the network, else the positive error number that the kernel refused it with. */
    public int error(int i) {
        return errors[i];
    }

    /**
     * Adds a datagram and returns its index. Addresses are halves as in {@link dev.espalier.wire.ip.IpAddress}; a local address of 0 leaves the choice to
     * the kernel.
     *
     * @param address where the UDP payload is
     * @param length its octets
     * @param trafficClass TOS or traffic class of the outer header, 0 to 255
     */
    public int add(
            long address,
            int length,
            long remoteHigh,
            long remoteLow,
            int remotePort,
            long localHigh,
            long localLow,
            int trafficClass) {
        return add(address, length, 0, remoteHigh, remoteLow, remotePort, localHigh, localLow, trafficClass);
    }

    /**
     * Adds datagrams that lie behind each other and differ in nothing but their payload, as one message that the kernel cuts (UDP_SEGMENT, udp(7)).
     *
     * @param length octets of all of them; at most 65,507 over IPv4
     * @param segmentSize octets of each but the last, which may be shorter; at most 64 of them. 0 for one datagram
     */
    public int add(
            long address,
            int length,
            int segmentSize,
            long remoteHigh,
            long remoteLow,
            int remotePort,
            long localHigh,
            long localLow,
            int trafficClass) {
        if (count == vector.capacity) {
            throw new IllegalStateException("the batch holds " + vector.capacity + " messages");
        }
        int i = count++;
        vector.buffer(i, address, length);
        long name = vector.name(i);
        long control = vector.control(i);
        if (v6) {
            Memory.putShort(name, (short) Syscalls.AF_INET6);
            Memory.putShortBe(name + 2, (short) remotePort);
            Memory.putInt(name + 4, 0);
            Memory.putLongBe(name + 8, remoteHigh);
            Memory.putLongBe(name + 16, remoteLow);
            Memory.putInt(name + 24, 0);
            long end = control;
            if ((localHigh | localLow) != 0) {
                long data = controlHeader(end, IPPROTO_IPV6, IPV6_PKTINFO, 20);
                Memory.putLongBe(data, localHigh);
                Memory.putLongBe(data + 8, localLow);
                Memory.putInt(data + 16, 0);
                end = data + 24;
            }
            Memory.putLong(controlHeader(end, IPPROTO_IPV6, IPV6_TCLASS, 4), trafficClass);
            end = segmentation(end + 24, segmentSize);
            vector.lengths(i, SOCKADDR_IN6_BYTES, (int) (end - control));
        } else {
            Memory.putShort(name, (short) Syscalls.AF_INET);
            Memory.putShortBe(name + 2, (short) remotePort);
            Memory.putIntBe(name + 4, (int) remoteLow);
            Memory.putLong(name + 8, 0);
            long end = control;
            if (localLow != 0) {
                long data = controlHeader(end, IPPROTO_IP, IP_PKTINFO, 12);
                Memory.putInt(data, 0);
                Memory.putIntBe(data + 4, (int) localLow);
                Memory.putLong(data + 8, 0);
                end = data + 16;
            }
            Memory.putLong(controlHeader(end, IPPROTO_IP, IP_TOS, 4), trafficClass);
            end = segmentation(end + 24, segmentSize);
            vector.lengths(i, SOCKADDR_IN_BYTES, (int) (end - control));
        }
        errors[i] = 0;
        return i;
    }

    /** As above, along {@code path}. */
    public int add(long address, int length, UdpPath path, int trafficClass) {
        return add(address, length, 0, path, trafficClass);
    }

    /** As above, with {@code segmentSize} as there. */
    public int add(long address, int length, int segmentSize, UdpPath path, int trafficClass) {
        return add(
                address,
                length,
                segmentSize,
                path.remote().address().high(),
                path.remote().address().low(),
                path.remote().port(),
                path.local().address().high(),
                path.local().address().low(),
                trafficClass);
    }

    int cursor() {
        return cursor;
    }

    void advance(int messages) {
        cursor += messages;
    }

    /** Marks the next message as refused and passes over it. */
    void refuse(int errno) {
        errors[cursor++] = errno;
    }

    private static long segmentation(long at, int segmentSize) {
        if (segmentSize == 0) {
            return at;
        }
        // Two octets, unlike what UDP_GRO reports.
        Memory.putLong(controlHeader(at, SOL_UDP, UDP_SEGMENT, 2), segmentSize);
        return at + 24;
    }

    private static long controlHeader(long at, int level, int type, int dataBytes) {
        Memory.putLong(at, CONTROL_HEADER_BYTES + (long) dataBytes);
        Memory.putInt(at + 8, level);
        Memory.putInt(at + 12, type);
        return at + CONTROL_HEADER_BYTES;
    }
}
