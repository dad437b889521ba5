package dev.espalier.operator.status;

import dev.espalier.crds.v1alpha1.IPSecNode;
import dev.espalier.crds.v1alpha1.IPSecNodeStatus;
import dev.espalier.crds.v1alpha1.IPSecNodeStatus.Totals;
import dev.espalier.crds.v1alpha1.PeerState;
import dev.espalier.crds.v1alpha1.StatusCondition;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the nodes' agents have acknowledged (OPR-03).
 *
 * @param total nodes
 * @param notApplied names of nodes that have not reported the policies asked about as applied
 * @param notReady names of nodes that have, but lack an SA with a peer, or say themselves that they are not ready
 * @param notConnected for a message: the first pairs that have no SA, as {@code a -> b: why}
 */
public record MeshReport(int total, List<String> notApplied, List<String> notReady, List<String> notConnected) {
    private static final int PAIRS_NAMED = 5;

    /**
     * @param contentHash of the policies in force
     * @param needsPeers whether they ask for SAs between nodes
     */
    public static MeshReport of(Collection<IPSecNode> nodes, String contentHash, boolean needsPeers) {
        List<IPSecNode> sorted = nodes.stream()
                .sorted((a, b) ->
                        a.getMetadata().getName().compareTo(b.getMetadata().getName()))
                .toList();
        List<String> notApplied = names(sorted.stream()
                .filter(node -> !applied(node.getStatus(), contentHash))
                .toList());
        List<IPSecNode> notReady = sorted.stream()
                .filter(node -> applied(node.getStatus(), contentHash))
                .filter(node -> !ready(node.getStatus(), needsPeers ? sorted.size() - 1 : 0))
                .toList();
        return new MeshReport(sorted.size(), notApplied, names(notReady), notConnected(notReady));
    }

    public int applied() {
        return total - notApplied.size();
    }

    public int ready() {
        return applied() - notReady.size();
    }

    private static boolean applied(@Nullable IPSecNodeStatus status, String contentHash) {
        return status != null && contentHash.equals(status.appliedPolicyHash());
    }

    /** @param others nodes that this one has to have SAs with; it may know further peers */
    private static boolean ready(IPSecNodeStatus status, int others) {
        boolean says = StatusCondition.isTrue(status.conditions(), IPSecNodeStatus.READY);
        Totals totals = status.totals();
        return says
                && (others == 0
                        || (totals != null && totals.peers() >= others && totals.established() >= totals.peers()));
    }

    private static List<String> notConnected(List<IPSecNode> nodes) {
        return nodes.stream()
                .flatMap(node -> node.getStatus().peers().stream()
                        .filter(peer -> peer.state() != PeerState.ESTABLISHED)
                        .map(peer -> node.getMetadata().getName() + " -> " + peer.name()
                                + (peer.lastError() == null ? "" : ": " + peer.lastError())))
                .limit(PAIRS_NAMED)
                .toList();
    }

    private static List<String> names(List<IPSecNode> nodes) {
        return nodes.stream().map(node -> node.getMetadata().getName()).toList();
    }
}
