package dev.espalier.esp.packet;

import dev.espalier.wire.ip.Checksums;
import dev.espalier.wire.ip.IpPacketView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The IP and TCP or UDP headers of one packet, as far as joining it to others asks. A flyweight; not thread-safe, allocates nothing.
 *
 * <p>Only plain headers qualify: IPv4 without options, IPv6 without extension headers, no fragments, no padding behind UDP, TCP with data and no
 * flag but ACK and PSH.
 */
final class FlowHeader {
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int IPV4_ID = 4;
    private static final int IPV4_CHECKSUM = 10;
    private static final int TCP_HEADER = 20;
    private static final int UDP_HEADER = 8;
    private static final int TCP_CHECKSUM = 16;
    private static final int UDP_CHECKSUM = 6;
    private static final int ACK = 0x10;
    private static final int PSH = 0x08;
    /** Data offset is compared by itself; reserved bits and all flags but PSH have to be equal. */
    private static final int FLAGS = 0x0fff;

    private static final int DONT_FRAGMENT = 0x4000;

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    boolean tcp;
    /** Of addresses and ports; equal for packets of one flow. Set when {@link #hasFlow}. */
    long flow;

    boolean hasFlow;
    /** Octets in front of the payload. */
    int length;

    int payload;
    boolean push;

    private MemorySegment memory = MemorySegment.NULL;
    private long offset;
    private boolean v6;
    private int upper;
    private long pseudoHeader;

    /** Whether the packet may join others, or others it. */
    boolean read(MemorySegment memory, long offset, IpPacketView view) {
        this.memory = memory;
        this.offset = offset;
        v6 = view.v6();
        upper = view.upperOffset();
        tcp = view.protocol() == IpPacketView.TCP;
        hasFlow = (tcp || view.protocol() == IpPacketView.UDP)
                && !view.isFragment()
                && upper + (tcp ? TCP_HEADER : UDP_HEADER) <= view.totalLength();
        if (!hasFlow) {
            return false;
        }
        int ports = memory.get(INT, offset + upper);
        flow = mix(
                        mix(
                                mix(view.sourceHigh(), view.sourceLow()),
                                mix(view.destinationHigh(), view.destinationLow())),
                        ports)
                + view.protocol();
        if (upper != (v6 ? IPV6_HEADER : IPV4_HEADER)) {
            return false;
        }
        pseudoHeader = Checksums.pseudoHeader(
                view.sourceHigh(), view.sourceLow(), view.destinationHigh(), view.destinationLow(), view.protocol(), 0);
        return tcp ? readTcp(view) : readUdp(view);
    }

    private boolean readTcp(IpPacketView view) {
        int word = memory.get(SHORT, offset + upper + 12) & 0xffff;
        int tcpHeader = (word >>> 12) * 4;
        length = upper + tcpHeader;
        payload = view.totalLength() - length;
        push = (word & PSH) != 0;
        return tcpHeader >= TCP_HEADER && payload > 0 && (word & FLAGS & ~PSH) == ACK;
    }

    private boolean readUdp(IpPacketView view) {
        length = upper + UDP_HEADER;
        payload = view.totalLength() - length;
        push = false;
        // 0 is "no checksum" (RFC 768): what is put together would come out with one.
        return payload > 0
                && (memory.get(SHORT, offset + upper + 4) & 0xffff) == payload + UDP_HEADER
                && memory.get(SHORT, offset + upper + UDP_CHECKSUM) != 0;
    }

    private static long mix(long a, long b) {
        return (a * 0x9E37_79B9_7F4A_7C15L ^ b) * 0xBF58_476D_1CE4_E5B9L;
    }

    /** Whether the packet at {@code other}, which {@link #read} took, has these addresses and ports. */
    boolean isFlowOf(MemorySegment memory, long other) {
        if (v6) {
            return memory.get(BYTE, other) >>> 4 == 6
                    && memory.get(LONG, offset + 8) == memory.get(LONG, other + 8)
                    && memory.get(LONG, offset + 16) == memory.get(LONG, other + 16)
                    && memory.get(LONG, offset + 24) == memory.get(LONG, other + 24)
                    && memory.get(LONG, offset + 32) == memory.get(LONG, other + 32)
                    && memory.get(BYTE, offset + 6) == memory.get(BYTE, other + 6)
                    && memory.get(INT, offset + upper) == memory.get(INT, other + upper);
        }
        return memory.get(BYTE, other) >>> 4 == 4
                && memory.get(LONG, offset + 12) == memory.get(LONG, other + 12)
                && memory.get(BYTE, offset + 9) == memory.get(BYTE, other + 9)
                && memory.get(INT, offset + upper) == memory.get(INT, other + upper);
    }

    /**
     * Whether this packet is what the next one cut from the packet at {@code other} would be, but for its payload.
     *
     * @param joined packets that {@code other} stands for already
     * @param octets of their payload
     */
    boolean follows(MemorySegment memory, long other, int joined, int octets) {
        boolean sameIp = v6 ? sameV6(memory, other) : sameV4(memory, other, joined);
        return sameIp && (!tcp || sameTcp(memory, other, octets));
    }

    /** Version, traffic class, flow label; hop limit. */
    private boolean sameV6(MemorySegment memory, long other) {
        return memory.get(INT, offset) == memory.get(INT, other)
                && memory.get(BYTE, offset + 7) == memory.get(BYTE, other + 7);
    }

    /** TOS; identification, flags and fragment offset; time to live. */
    private boolean sameV4(MemorySegment memory, long other, int joined) {
        int mine = memory.get(INT, offset + IPV4_ID);
        int theirs = memory.get(INT, other + IPV4_ID);
        return memory.get(SHORT, offset) == memory.get(SHORT, other)
                && (mine & 0xffff) == (theirs & 0xffff)
                // Cut again, each would get the next number; with DF the number means nothing (RFC 6864 4.1).
                && ((mine & DONT_FRAGMENT) != 0 || (short) (mine >>> 16) == (short) ((theirs >>> 16) + joined))
                && memory.get(BYTE, offset + 8) == memory.get(BYTE, other + 8)
                && Checksums.of(this.memory, offset, IPV4_HEADER) == 0;
    }

    private boolean sameTcp(MemorySegment memory, long other, int octets) {
        long mine = offset + upper;
        long theirs = other + upper;
        if (memory.get(INT, mine + 4) != memory.get(INT, theirs + 4) + octets
                || memory.get(INT, mine + 8) != memory.get(INT, theirs + 8)
                || (memory.get(INT, mine + 12) & ~(PSH << 16)) != memory.get(INT, theirs + 12)
                || memory.get(SHORT, mine + 18) != memory.get(SHORT, theirs + 18)) {
            return false;
        }
        for (int at = TCP_HEADER; at < length - upper; at += 4) {
            if (memory.get(INT, mine + at) != memory.get(INT, theirs + at)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the TCP or UDP checksum is right. */
    boolean checksumIsRight() {
        int upperLength = length - upper + payload;
        return Checksums.complement(pseudoHeader + upperLength + Checksums.sum(memory, offset + upper, upperLength))
                == 0;
    }

    /**
     * As {@link #checksumIsRight()}, of the packet at {@code other}, which is of the same flow and whose headers are as long; and its IPv4 header's
     * checksum.
     */
    static boolean checksumIsRight(MemorySegment memory, long other, FlowHeader like, int otherPayload) {
        int upperLength = like.length - like.upper + otherPayload;
        long sum = like.pseudoHeader + upperLength + Checksums.sum(memory, other + like.upper, upperLength);
        return Checksums.complement(sum) == 0 && (like.v6 || Checksums.of(memory, other, IPV4_HEADER) == 0);
    }

    static void setPush(MemorySegment memory, long packet, FlowHeader like) {
        long at = packet + like.upper + 13;
        memory.set(BYTE, at, (byte) (memory.get(BYTE, at) | PSH));
    }

    /** Makes the headers of the first packet speak for all {@code payload} octets. */
    static void finish(SuperPacket packet, int payload) {
        MemorySegment memory = packet.memory;
        long at = packet.offsets[0];
        packet.v6 = memory.get(BYTE, at) >>> 4 == 6;
        int upper = packet.v6 ? IPV6_HEADER : IPV4_HEADER;
        int protocol = memory.get(BYTE, at + (packet.v6 ? 6 : 9));
        packet.tcp = protocol == IpPacketView.TCP;
        int upperLength = packet.headerLength - upper + payload;
        long addresses;
        if (packet.v6) {
            memory.set(SHORT, at + 4, (short) upperLength);
            addresses = Checksums.sum(memory, at + 8, 32);
        } else {
            memory.set(SHORT, at + 2, (short) (upper + upperLength));
            memory.set(SHORT, at + IPV4_CHECKSUM, (short) 0);
            memory.set(SHORT, at + IPV4_CHECKSUM, (short) Checksums.of(memory, at, IPV4_HEADER));
            addresses = Checksums.sum(memory, at + 12, 8);
        }
        if (!packet.tcp) {
            memory.set(SHORT, at + upper + 4, (short) upperLength);
        }
        packet.checksumStart = upper;
        packet.checksumOffset = packet.tcp ? TCP_CHECKSUM : UDP_CHECKSUM;
        // Not complemented: the kernel adds the rest to it.
        memory.set(
                SHORT, at + upper + packet.checksumOffset, (short) Checksums.fold(addresses + protocol + upperLength));
    }
}
