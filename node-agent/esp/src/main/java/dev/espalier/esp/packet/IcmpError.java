package dev.espalier.esp.packet;

import dev.espalier.esp.spd.SelectorPair;
import dev.espalier.wire.ip.IpPacketView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * ICMP errors inside the tunnel. One is let in only when the packet that it quotes is one that its SA could have carried the other way
 * (RFC 4301 6.2, ESP-18): otherwise a peer could upset connections that are none of its own. Not thread-safe.
 */
final class IcmpError {
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final int HEADER = 8;

    private final IpPacketView quoted = new IpPacketView();

    /** Whether {@code view}, the packet at {@code offset}, is an ICMP or ICMPv6 error message that shows its type. */
    static boolean isError(MemorySegment memory, long offset, IpPacketView view) {
        int protocol = view.v6() ? IpPacketView.ICMPV6 : IpPacketView.ICMP;
        if (view.protocol() != protocol || !view.hasPorts()) {
            return false;
        }
        int type = memory.get(BYTE, offset + view.upperOffset()) & 0xff;
        if (view.v6()) {
            return type < 128;
        }
        return switch (type) {
            case 3, 4, 5, 11, 12 -> true;
            default -> false;
        };
    }

    /** Whether the error at {@code offset} quotes a packet that {@code selectors} would have let out. */
    boolean quotesPacketOf(SelectorPair selectors, MemorySegment memory, long offset, IpPacketView view) {
        int at = view.upperOffset() + HEADER;
        int length = view.totalLength() - at;
        return quoted.wrapQuoted(memory, offset + at, length) == IpPacketView.Form.SOUND
                && selectors.fitsOutbound(quoted);
    }
}
