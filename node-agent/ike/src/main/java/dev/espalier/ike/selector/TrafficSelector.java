package dev.espalier.ike.selector;

import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.util.Optional;

/**
 * A range of addresses and ports of one protocol (RFC 7296 3.13.1, RFC 4301 4.4.1.1). As received it may cover nothing
 * ({@link #empty()}); what comes out of narrowing never does.
 *
 * @param protocol IP protocol number; 0 for any
 * @param startPort 0 to 65535; for ICMP and ICMPv6 type * 256 + code, for Mobility Headers type * 256
 * @param endPort inclusive; with {@code startPort} 65535 and this 0 the ports are OPAQUE
 * @param start of the same family as {@code end}
 * @param end inclusive
 */
public record TrafficSelector(int protocol, int startPort, int endPort, IpAddress start, IpAddress end) {
    public TrafficSelector {
        if (protocol < 0 || protocol > 0xff) {
            throw new IllegalArgumentException("protocol " + protocol);
        }
        if (startPort < 0 || startPort > 0xffff || endPort < 0 || endPort > 0xffff) {
            throw new IllegalArgumentException("ports " + startPort + "-" + endPort);
        }
        if (start.v6() != end.v6()) {
            throw new IllegalArgumentException("a range from " + start + " to " + end + " mixes families");
        }
    }

    /** Every protocol and port of a block of addresses. */
    public static TrafficSelector of(Prefix prefix) {
        return new TrafficSelector(0, 0, 0xffff, prefix.first(), prefix.last());
    }

    public boolean v6() {
        return start.v6();
    }

    public boolean anyPort() {
        return startPort == 0 && endPort == 0xffff;
    }

    /** Whether the ports are the ones no one can see, as in a fragment (RFC 4301 4.4.1.1). */
    public boolean opaquePorts() {
        return startPort == 0xffff && endPort == 0;
    }

    /** Whether this covers no packet: a range that ends before it starts. */
    public boolean empty() {
        return start.compareTo(end) > 0 || (startPort > endPort && !opaquePorts());
    }

    /** The block that this range is exactly, whatever its protocol and ports; empty when it is none. */
    public Optional<Prefix> asPrefix() {
        for (int length = 0; length <= start.bitLength(); length++) {
            Prefix candidate = Prefix.containing(start, length);
            if (candidate.first().equals(start) && candidate.last().equals(end)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /** Whether every packet of {@code other} is one of this; true for any {@code other} that is empty. */
    public boolean covers(TrafficSelector other) {
        return other.empty() || intersect(other).filter(other::equals).isPresent();
    }

    /** The packets of both; empty when there are none. */
    public Optional<TrafficSelector> intersect(TrafficSelector other) {
        if (empty() || other.empty() || v6() != other.v6()) {
            return Optional.empty();
        }
        if (protocol != 0 && other.protocol != 0 && protocol != other.protocol) {
            return Optional.empty();
        }
        // ANY includes OPAQUE; a range of ports does not (RFC 4301 4.4.1.1).
        boolean opaque = opaquePorts() || other.opaquePorts();
        if (opaque && !((opaquePorts() || anyPort()) && (other.opaquePorts() || other.anyPort()))) {
            return Optional.empty();
        }
        TrafficSelector common = new TrafficSelector(
                protocol == 0 ? other.protocol : protocol,
                opaque ? 0xffff : Math.max(startPort, other.startPort),
                opaque ? 0 : Math.min(endPort, other.endPort),
                start.compareTo(other.start) >= 0 ? start : other.start,
                end.compareTo(other.end) <= 0 ? end : other.end);
        return common.empty() ? Optional.empty() : Optional.of(common);
    }

    /** Such as {@code 10.1.0.0/24}, {@code fd00::1-fd00::9[tcp/80-90]}, {@code 10.0.0.0/8[17/OPAQUE]}. */
    @Override
    public String toString() {
        String addresses = asPrefix().map(Prefix::toString).orElseGet(() -> start + "-" + end);
        if (protocol == 0 && anyPort()) {
            return addresses;
        }
        String name = switch (protocol) {
            case 0 -> "any";
            case 1 -> "icmp";
            case 6 -> "tcp";
            case 17 -> "udp";
            case 58 -> "icmpv6";
            default -> Integer.toString(protocol);
        };
        if (anyPort()) {
            return addresses + "[" + name + "]";
        }
        String ports = opaquePorts()
                ? "OPAQUE"
                : startPort == endPort ? Integer.toString(startPort) : startPort + "-" + endPort;
        return addresses + "[" + name + "/" + ports + "]";
    }
}
