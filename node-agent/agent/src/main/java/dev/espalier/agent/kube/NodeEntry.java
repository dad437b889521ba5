package dev.espalier.agent.kube;

import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.util.List;
import java.util.stream.Stream;

/**
 * One node as the cluster describes it; never what the node says about itself.
 *
 * @param name equal to the identity the node must prove
 * @param podCidrs what its pods are addressed from, IPv4 and IPv6
 * @param addresses its outer addresses (InternalIP), preferred first
 * @param extraAddresses further addresses and networks of its pods, which the operator takes from the pods themselves
 */
public record NodeEntry(String name, List<Prefix> podCidrs, List<IpAddress> addresses, List<Prefix> extraAddresses) {
    public NodeEntry {
        podCidrs = List.copyOf(podCidrs);
        addresses = List.copyOf(addresses);
        extraAddresses = List.copyOf(extraAddresses);
    }

    /** A node whose pods are all within its pod CIDRs. */
    public NodeEntry(String name, List<Prefix> podCidrs, List<IpAddress> addresses) {
        this(name, podCidrs, addresses, List.of());
    }

    /** All that its pods are addressed from. */
    public List<Prefix> podAddresses() {
        return Stream.concat(podCidrs.stream(), extraAddresses.stream()).toList();
    }

    public NodeEntry withExtraAddresses(List<Prefix> extra) {
        return new NodeEntry(name, podCidrs, addresses, extra);
    }
}
