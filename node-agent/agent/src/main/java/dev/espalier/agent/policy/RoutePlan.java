package dev.espalier.agent.policy;

import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.util.List;

/**
 * What the kernel's routing has to look like.
 *
 * @param gateways this node's own inner addresses, carried by the TUN device: the first of each own pod CIDR
 * @param remote pod CIDRs of other nodes, which lead into the TUN device
 * @param closed every pod CIDR, own ones included: unreachable behind whatever else there is
 * @param own addresses of this node's pods, the gateways included
 * @param pods addresses that are pods' on whatever node, and nobody else's: nothing in clear may have them on an uplink. Covers {@code own} and {@code remote},
 *     sorted, none within another
 */
public record RoutePlan(
        List<IpAddress> gateways, List<Prefix> remote, List<Prefix> closed, List<Prefix> own, List<Prefix> pods) {
    public static final RoutePlan EMPTY = new RoutePlan(List.of(), List.of(), List.of(), List.of(), List.of());

    public RoutePlan {
        gateways = List.copyOf(gateways);
        remote = List.copyOf(remote);
        closed = List.copyOf(closed);
        own = List.copyOf(own);
        pods = List.copyOf(pods);
    }
}
