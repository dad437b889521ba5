package dev.espalier.agent.cni;

import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;

/**
 * A range that pods of this node get addresses from.
 *
 * @param gateway the node's own address in it, which the TUN device carries and no pod gets
 */
public record PodCidr(Prefix prefix, IpAddress gateway) {
    public PodCidr {
        if (!prefix.contains(gateway)) {
            throw new IllegalArgumentException("the gateway " + gateway + " is not in " + prefix);
        }
    }
}
