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
 */
public record RoutePlan(List<IpAddress> gateways, List<Prefix> remote, List<Prefix> closed) {
    public static final RoutePlan EMPTY = new RoutePlan(List.of(), List.of(), List.of());

    public RoutePlan {
        gateways = List.copyOf(gateways);
        remote = List.copyOf(remote);
        closed = List.copyOf(closed);
    }
}
