package dev.espalier.agent.reconcile;

import dev.espalier.agent.policy.RoutePlan;
import dev.espalier.ike.PeerConfig;
import dev.espalier.wire.ip.Prefix;
import java.util.List;

/**
 * What the packet filter goes by.
 *
 * @param tun the tunnel device
 * @param uplinks interfaces that carry the node's outer addresses, in order of name
 * @param own addresses of this node's pods
 * @param pods addresses of all pods, as in {@link RoutePlan}
 * @param nodes outer addresses of other nodes, each once, in order; only with {@code chained}
 * @param chained whether another CNI wires the pods: then their interfaces and what they do with the outside are its own
 */
record FilterPlan(
        String tun, List<String> uplinks, List<Prefix> own, List<Prefix> pods, List<Prefix> nodes, boolean chained) {
    FilterPlan {
        uplinks = uplinks.stream().sorted().toList();
        own = List.copyOf(own);
        pods = List.copyOf(pods);
        nodes = List.copyOf(nodes);
    }

    static FilterPlan of(RoutePlan routes, List<PeerConfig> peers, String tun, List<String> uplinks, boolean chained) {
        List<Prefix> nodes = chained
                ? peers.stream()
                        .flatMap(peer -> peer.remoteAddresses().stream())
                        .map(Prefix::host)
                        .distinct()
                        .sorted()
                        .toList()
                : List.of();
        return new FilterPlan(tun, uplinks, routes.own(), routes.pods(), nodes, chained);
    }
}
