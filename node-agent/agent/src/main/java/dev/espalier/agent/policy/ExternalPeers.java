package dev.espalier.agent.policy;

import dev.espalier.agent.identity.PeerAuthentications;
import dev.espalier.agent.kube.ExternalPeer;
import dev.espalier.agent.kube.NodeEntry;
import dev.espalier.agent.kube.NodeView;
import dev.espalier.ike.PeerAuthentication;
import dev.espalier.ike.PeerConfig;
import dev.espalier.ike.auth.Identity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * {@code IPSecPeer}s beside the nodes: they are routed and protected as nodes are, and authenticated in their own way. Nobody can
 * take a node's place: a peer that has a node's name or claims a node's identity is left out, and so is the second of two that
 * claim the same one.
 */
final class ExternalPeers {
    private final Map<String, PeerAuthentication> authentications = new HashMap<>();
    private final List<NodeEntry> entries = new ArrayList<>();

    ExternalPeers(NodeView view, PeerAuthentications known, List<String> problems) {
        Set<String> names = new HashSet<>(List.of(view.own().name()));
        view.peers().forEach(node -> names.add(node.name()));
        List<Identity> taken = new ArrayList<>();
        names.forEach(name -> taken.add(Identity.fqdn(name)));
        problems.addAll(known.problems());
        for (ExternalPeer peer : view.externalPeers()) {
            PeerAuthentication authentication = known.byPeer().get(peer.name());
            if (authentication == null) {
                continue;
            }
            String what = "IPSecPeer '" + peer.name() + "': ";
            Identity identity = authentication.remoteIdentity();
            if (names.contains(peer.name())) {
                problems.add(what + "has the name of a node; left out");
            } else if (taken.stream().anyMatch(identity::matches)) {
                problems.add(what + "its identity " + identity + " is another's; left out");
            } else if (overlapsANode(view, peer.entry())) {
                problems.add(what + "its networks overlap pod CIDRs of a node; left out");
            } else {
                taken.add(identity);
                authentications.put(peer.name(), authentication);
                entries.add(peer.entry());
            }
        }
    }

    private static boolean overlapsANode(NodeView view, NodeEntry peer) {
        return Stream.concat(Stream.of(view.own()), view.peers().stream())
                .flatMap(node -> node.podAddresses().stream())
                .anyMatch(cidr -> peer.podCidrs().stream().anyMatch(cidr::overlaps));
    }

    /** The view with these peers among the nodes. */
    NodeView among(NodeView view) {
        List<NodeEntry> all = new ArrayList<>(view.peers());
        all.addAll(entries);
        return new NodeView(view.own(), all, view.policies(), List.of());
    }

    /**
     * The view with every peer among the nodes, also those that are left out: what is meant for them must not leave in clear, and they count
     * for nothing else.
     */
    static NodeView closing(NodeView view) {
        List<NodeEntry> all = new ArrayList<>(view.peers());
        view.externalPeers().forEach(peer -> all.add(peer.entry()));
        return new NodeView(view.own(), all, view.policies(), List.of());
    }

    /** As it is for a node; a peer of another kind is opened to from here, since it may not know how to open. */
    PeerConfig adapt(PeerConfig config) {
        PeerAuthentication authentication = authentications.get(config.name());
        return authentication == null
                ? config
                : new PeerConfig(
                        config.name(),
                        config.localAddresses(),
                        config.remoteAddresses(),
                        config.localPrefixes(),
                        config.remotePrefixes(),
                        config.ikeProposals(),
                        config.espProposals(),
                        config.ikeLifetime(),
                        config.childLifetime(),
                        config.dpdInterval(),
                        config.replayWindow(),
                        true,
                        config.forceUdpEncapsulation(),
                        authentication);
    }
}
