package dev.espalier.esp.packet;

import dev.espalier.wire.ip.Checksums;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.IpPacketView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Turns a packet that does not fit into the ICMP error that tells its sender so, in place: the quoted packet stays where it is and the
 * headers go in front (RFC 792 and RFC 1191 section 4 for IPv4, RFC 4443 3.2 for IPv6; RFC 4301 section 8). Rate limited (RFC 4443 2.4
 * f). Not thread-safe.
 */
final class PacketTooBig {
    private static final int PER_SECOND = 100;
    private static final int BURST = 50;
    private static final int QUOTE_V4 = 576;
    private static final int QUOTE_V6 = 1280;
    private static final int ICMP_HEADER = 8;
    /** DSCP CS6, as routers send their own control traffic. */
    private static final int INTERNETWORK_CONTROL = 0xc0;

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final @Nullable IpAddress sourceV4;
    private final @Nullable IpAddress sourceV6;
    private final RateLimit limit = new RateLimit(PER_SECOND, BURST);

    PacketTooBig(@Nullable IpAddress sourceV4, @Nullable IpAddress sourceV6) {
        this.sourceV4 = sourceV4;
        this.sourceV6 = sourceV6;
    }

    /**
     * @param view of the packet in {@code packet}
     * @param mtu the longest inner packet that would fit
     * @return whether {@code packet} holds the error now; false when none may be sent
     */
    boolean replace(PacketBuffer packet, IpPacketView view, int mtu, long nowNanos) {
        IpAddress source = view.v6() ? sourceV6 : sourceV4;
        if (source == null || !mayAnswer(packet, view) || !limit.tryTake(nowNanos)) {
            return false;
        }
        if (view.v6()) {
            writeV6(packet, view, mtu, source);
        } else {
            writeV4(packet, view, mtu, source);
        }
        return true;
    }

    /** RFC 1122 3.2.2 and RFC 4443 2.4 e: never about ICMP errors, later fragments, or from an address that is not one host. */
    private static boolean mayAnswer(PacketBuffer packet, IpPacketView view) {
        if (view.fragmentOffset() > 0 || IcmpError.isError(packet.memory(), packet.offset(), view)) {
            return false;
        }
        if (view.v6()) {
            boolean unspecified = view.sourceHigh() == 0 && view.sourceLow() == 0;
            return !unspecified && view.sourceHigh() >>> 56 != 0xff;
        }
        long top = view.sourceLow() >>> 24;
        return top != 0 && top < 224;
    }

    private static void writeV4(PacketBuffer packet, IpPacketView view, int mtu, IpAddress source) {
        MemorySegment memory = packet.memory();
        int quote = Math.min(view.totalLength(), QUOTE_V4 - 20 - ICMP_HEADER);
        int icmp = packet.offset() - ICMP_HEADER;
        int ip = icmp - 20;
        memory.set(INT, icmp, 3 << 24 | 4 << 16);
        memory.set(INT, icmp + 4, mtu & 0xffff);
        memory.set(SHORT, icmp + 2, (short) Checksums.of(memory, icmp, ICMP_HEADER + quote));
        memory.set(BYTE, ip, (byte) 0x45);
        memory.set(BYTE, ip + 1, (byte) INTERNETWORK_CONTROL);
        memory.set(SHORT, ip + 2, (short) (20 + ICMP_HEADER + quote));
        memory.set(INT, ip + 4, 0x4000);
        memory.set(INT, ip + 8, 64 << 24 | IpPacketView.ICMP << 16);
        memory.set(INT, ip + 12, (int) source.low());
        memory.set(INT, ip + 16, (int) view.sourceLow());
        memory.set(SHORT, ip + 10, (short) Checksums.of(memory, ip, 20));
        packet.set(ip, 20 + ICMP_HEADER + quote);
    }

    private static void writeV6(PacketBuffer packet, IpPacketView view, int mtu, IpAddress source) {
        MemorySegment memory = packet.memory();
        int quote = Math.min(view.totalLength(), QUOTE_V6 - 40 - ICMP_HEADER);
        int icmp = packet.offset() - ICMP_HEADER;
        int ip = icmp - 40;
        memory.set(INT, icmp, 2 << 24);
        memory.set(INT, icmp + 4, mtu);
        long sum = Checksums.sum(memory, icmp, ICMP_HEADER + quote)
                + Checksums.pseudoHeader(
                        source.high(),
                        source.low(),
                        view.sourceHigh(),
                        view.sourceLow(),
                        IpPacketView.ICMPV6,
                        ICMP_HEADER + quote);
        memory.set(SHORT, icmp + 2, (short) Checksums.complement(sum));
        memory.set(INT, ip, 6 << 28 | INTERNETWORK_CONTROL << 20);
        memory.set(INT, ip + 4, (ICMP_HEADER + quote) << 16 | IpPacketView.ICMPV6 << 8 | 64);
        memory.set(LONG, ip + 8, source.high());
        memory.set(LONG, ip + 16, source.low());
        memory.set(LONG, ip + 24, view.sourceHigh());
        memory.set(LONG, ip + 32, view.sourceLow());
        packet.set(ip, 40 + ICMP_HEADER + quote);
    }
}
