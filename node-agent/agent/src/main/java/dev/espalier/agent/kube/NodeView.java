package dev.espalier.agent.kube;

import dev.espalier.crds.policy.PolicySet;
import java.util.List;

/**
 * The cluster as one node sees it at one moment. Lists are in order of name, so that equal worlds are equal values.
 *
 * @param own this node
 * @param peers the other nodes
 * @param policies those in force, and those that were refused
 * @param externalPeers the {@code IPSecPeer} objects that are well formed
 */
public record NodeView(NodeEntry own, List<NodeEntry> peers, PolicySet policies, List<ExternalPeer> externalPeers) {
    public NodeView {
        peers = List.copyOf(peers);
        externalPeers = List.copyOf(externalPeers);
    }
}
