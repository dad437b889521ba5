package dev.espalier.esp.spd;

import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;

/**
 * One end of a negotiated traffic selector (RFC 7296 3.13.1): an address range, a protocol, ports.
 *
 * @param first lowest address
 * @param last highest address, of the same family
 * @param protocol 0 for any
 */
public record EndSelector(IpAddress first, IpAddress last, int protocol, PortRange ports) {
    public EndSelector {
        if (first.v6() != last.v6() || first.compareTo(last) > 0) {
            throw new IllegalArgumentException("addresses " + first + " to " + last);
        }
        if (protocol < 0 || protocol > 0xff) {
            throw new IllegalArgumentException("protocol " + protocol);
        }
    }

    /** Every protocol and port of {@code prefix}. */
    public static EndSelector of(Prefix prefix) {
        return new EndSelector(prefix.first(), prefix.last(), 0, PortRange.ANY);
    }

    boolean matches(boolean v6, long high, long low, int packetProtocol, boolean portsVisible, int port) {
        return first.v6() == v6
                && atLeast(high, low, first)
                && atMost(high, low, last)
                && (protocol == 0 || protocol == packetProtocol)
                && ports.matches(portsVisible, port);
    }

    private static boolean atLeast(long high, long low, IpAddress bound) {
        int byHigh = Long.compareUnsigned(high, bound.high());
        return byHigh > 0 || (byHigh == 0 && Long.compareUnsigned(low, bound.low()) >= 0);
    }

    private static boolean atMost(long high, long low, IpAddress bound) {
        int byHigh = Long.compareUnsigned(high, bound.high());
        return byHigh < 0 || (byHigh == 0 && Long.compareUnsigned(low, bound.low()) <= 0);
    }
}
