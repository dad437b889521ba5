package dev.espalier.lab.topology;

import java.util.ArrayList;
import java.util.List;

/**
 * One node of the lab: a network namespace with an uplink, and what Kubernetes would know about it.
 *
 * @param index 1 to 200; every address derives from it
 */
public record LabNode(int index, Family family) {
    public LabNode {
        if (index < 1 || index > 200) {
            throw new IllegalArgumentException("node index " + index + " is not within 1..200");
        }
    }

    public String name() {
        return "n" + index;
    }

    public String namespace() {
        return "esplab-" + name();
    }

    /** Underlay addresses, the first one is the one that peers are configured with. Without IPv4 pods there is no IPv4 underlay either. */
    public List<String> addresses() {
        List<String> addresses = new ArrayList<>();
        if (family.v4()) {
            addresses.add("172.31.0." + (10 + index));
        }
        if (family.v6()) {
            addresses.add("fd31::" + Integer.toHexString(0x100 + index));
        }
        return addresses;
    }

    public List<String> podCidrs() {
        List<String> cidrs = new ArrayList<>();
        if (family.v4()) {
            cidrs.add("10.244." + index + ".0/24");
        }
        if (family.v6()) {
            cidrs.add("fd44:0:0:" + Integer.toHexString(index) + "::/64");
        }
        return cidrs;
    }

    /** The end of the uplink's veth that lies in the control plane's namespace; captures watch it from outside the node. */
    public String bridgePort() {
        return "port-" + name();
    }
}
