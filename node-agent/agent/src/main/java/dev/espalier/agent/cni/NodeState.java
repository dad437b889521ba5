package dev.espalier.agent.cni;

import dev.espalier.wire.ip.Prefix;
import java.util.List;

/** What CNI has to know of the node; asked anew for each request, from any thread. */
public interface NodeState {
    /** The node's own pod CIDRs: one family or both, several of a family in order of preference. Empty while they are not known. */
    List<PodCidr> podCidrs();

    /** The largest IP packet between pods of different nodes, in octets; becomes the pod's MTU. */
    int innerMtu();

    Readiness readiness();

    /** Whether another CNI wires the pods, and this plugin comes behind it. */
    default boolean chained() {
        return false;
    }

    /** Addresses of pods of other nodes: no pod of this node may have one. */
    default List<Prefix> remotePods() {
        return List.of();
    }
}
