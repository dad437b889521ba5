package dev.espalier.agent.kube;

import dev.espalier.crds.v1alpha1.IPSecPeerSpec;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;

/**
 * An end that is no node: an {@code IPSecPeer} that is well formed.
 *
 * @param name of the object
 */
public record ExternalPeer(String name, IPSecPeerSpec spec) {
    /** Where it is and what is behind it, as of a node. */
    public NodeEntry entry() {
        return new NodeEntry(
                name,
                spec.cidrs().stream().map(Prefix::parse).toList(),
                spec.addresses().stream().map(IpAddress::parse).toList());
    }
}
