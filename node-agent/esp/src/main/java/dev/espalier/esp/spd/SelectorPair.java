package dev.espalier.esp.spd;

import dev.espalier.wire.ip.IpPacketView;
import java.util.List;

/**
 * What a child SA may carry: a packet fits when one local selector fits its near end and one remote selector its far end
 * (RFC 7296 2.9).
 *
 * <p>Fragments (RFC 4301 section 7, ESP-19): selectors by address alone carry them all; selectors with ports refuse every fragment but
 * the first, since nothing in it says whose it is. Stateful fragment checking is not done.
 */
public record SelectorPair(List<EndSelector> local, List<EndSelector> remote) {
    public SelectorPair {
        local = List.copyOf(local);
        remote = List.copyOf(remote);
    }

    /** Whether a packet on its way out, from local to remote, fits. */
    public boolean fitsOutbound(IpPacketView packet) {
        return matchesSource(local, packet) && matchesDestination(remote, packet);
    }

    /** Whether a packet that was opened, from remote to local, fits (RFC 4301 5.2 step 4, ESP-11). */
    public boolean fitsInbound(IpPacketView packet) {
        return matchesSource(remote, packet) && matchesDestination(local, packet);
    }

    // Indexed loops: an iterator would be an allocation per packet wherever escape analysis gives up.
    private static boolean matchesSource(List<EndSelector> ends, IpPacketView packet) {
        boolean visible = packet.hasPorts();
        int port = visible ? packet.sourcePort() : 0;
        for (int i = 0; i < ends.size(); i++) {
            if (ends.get(i)
                    .matches(packet.v6(), packet.sourceHigh(), packet.sourceLow(), packet.protocol(), visible, port)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matchesDestination(List<EndSelector> ends, IpPacketView packet) {
        boolean visible = packet.hasPorts();
        int port = visible ? packet.destinationPort() : 0;
        for (int i = 0; i < ends.size(); i++) {
            if (ends.get(i)
                    .matches(
                            packet.v6(),
                            packet.destinationHigh(),
                            packet.destinationLow(),
                            packet.protocol(),
                            visible,
                            port)) {
                return true;
            }
        }
        return false;
    }
}
