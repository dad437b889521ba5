package dev.espalier.agent.kube;

import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.util.List;

/**
 * One node as the cluster describes it; never what the node says about itself.
 *
 * @param name equal to the identity the node must prove
 * @param podCidrs what its pods are addressed from, IPv4 and IPv6
 * @param addresses its outer addresses (InternalIP), preferred first
 */
public record NodeEntry(String name, List<Prefix> podCidrs, List<IpAddress> addresses) {
    public NodeEntry {
        podCidrs = List.copyOf(podCidrs);
        addresses = List.copyOf(addresses);
    }
}
