package dev.espalier.agent.policy;

import dev.espalier.agent.identity.PeerAuthentications;
import dev.espalier.agent.kube.NodeEntry;
import dev.espalier.agent.kube.NodeView;
import dev.espalier.crds.policy.EffectivePolicy;
import dev.espalier.crds.v1alpha1.Encapsulation;
import dev.espalier.crds.v1alpha1.PolicyAction;
import dev.espalier.esp.spd.SpdEntry;
import dev.espalier.ike.PeerConfig;
import dev.espalier.ike.proposal.Proposal;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns a view into a plan. Pure.
 *
 * <p>Every policy that is in force selects every pod (others are not supported yet and refused before they get here), so the first
 * decides alone. Without one, or with one that discards, nothing passes between nodes (ESP-13).
 */
public final class PolicyCompiler {
    private final List<Prefix> clusterCidrs;

    /** @param clusterCidrs pod CIDRs of nodes that are not known yet are within these */
    public PolicyCompiler(List<Prefix> clusterCidrs) {
        this.clusterCidrs = List.copyOf(clusterCidrs);
    }

    /** A view of nodes alone. */
    public NodePlan compile(NodeView view) {
        return compile(view, PeerAuthentications.NONE);
    }

    /** @param authentications of the view's {@code IPSecPeer}s; those without one are left out */
    public NodePlan compile(NodeView given, PeerAuthentications authentications) {
        EffectivePolicy policy = given.policies().forEveryPod().orElse(null);
        List<String> problems = new ArrayList<>();
        NodeView counted = ExtraAddresses.undisputed(given, problems);
        ExternalPeers external = new ExternalPeers(counted, authentications, problems);
        NodeView view = external.among(counted);
        NodeEntry own = view.own();
        List<NodeEntry> peers = PodCidrOwnership.undisputed(own, view.peers(), problems);
        List<PeerConfig> configs = new ArrayList<>();
        List<SpdEntry> entries = new ArrayList<>();
        if (policy != null && policy.action() == PolicyAction.PROTECT) {
            for (NodeEntry peer : peers) {
                PeerConfig config = peer(own, peer, policy, problems);
                if (config != null) {
                    configs.add(external.adapt(config));
                    entries.addAll(protect(config));
                }
            }
        }
        return new NodePlan(
                configs, entries, routes(own, ExternalPeers.closing(given), peers), outerV6(configs), problems);
    }

    private RoutePlan routes(NodeEntry own, NodeView view, List<NodeEntry> peers) {
        List<Prefix> remote =
                peers.stream().flatMap(p -> p.podAddresses().stream()).sorted().toList();
        Set<Prefix> closed = new LinkedHashSet<>(clusterCidrs);
        closed.addAll(own.podAddresses());
        // Also what two nodes claim: nobody gets it, and it must not leave by the default route.
        closed.addAll(PodCidrOwnership.closable(own, view.peers()));
        return new RoutePlan(
                own.podCidrs().stream().map(PolicyCompiler::gateway).toList(),
                remote,
                closed.stream().sorted().toList(),
                PodCidrOwnership.podsAlone(own, view.peers(), own.podAddresses().stream()),
                PodCidrOwnership.podsAlone(own, view.peers(), closed.stream()));
    }

    /** The node's own address in a pod CIDR: the first behind the network address. */
    public static IpAddress gateway(Prefix podCidr) {
        return podCidr.length() == podCidr.address().bitLength()
                ? podCidr.first()
                : podCidr.first().plus(1);
    }

    private static @Nullable PeerConfig peer(
            NodeEntry own, NodeEntry peer, EffectivePolicy policy, List<String> problems) {
        List<IpAddress> remote = ofFamilies(peer.addresses(), own.addresses());
        List<IpAddress> local = firstOfEachFamily(ofFamilies(own.addresses(), remote));
        if (local.isEmpty()) {
            problems.add("node '" + peer.name() + "': has no address of a family that this node has one of");
            return null;
        }
        List<Prefix> inner = prefixesOfFamilies(own.podAddresses(), peer.podAddresses());
        List<Prefix> outer = prefixesOfFamilies(peer.podAddresses(), own.podAddresses());
        if (inner.isEmpty()) {
            problems.add("node '" + peer.name() + "': has no pod CIDR of a family that this node has one of");
            return null;
        }
        return new PeerConfig(
                peer.name(),
                local,
                remote,
                inner,
                outer,
                policy.ikeProposals().stream().map(Proposal::parseIke).toList(),
                policy.espProposals().stream().map(Proposal::parseEsp).toList(),
                new PeerConfig.IkeLifetime(policy.ikeLifetime()),
                new PeerConfig.ChildLifetime(
                        policy.childLifetime(), policy.childLifetimeBytes(), policy.childLifetimePackets()),
                policy.dpdInterval(),
                policy.replayWindow(),
                own.name().compareTo(peer.name()) < 0,
                policy.encapsulation() == Encapsulation.UDP);
    }

    private static List<SpdEntry> protect(PeerConfig peer) {
        List<SpdEntry> entries = new ArrayList<>();
        for (Prefix local : peer.localPrefixes()) {
            for (Prefix remote : peer.remotePrefixes()) {
                if (local.v6() == remote.v6()) {
                    entries.add(SpdEntry.protect(local, remote, peer.name()));
                }
            }
        }
        return entries;
    }

    /** Whether some SA may have IPv6 outer addresses: the preferred address of some peer is one. */
    private static boolean outerV6(List<PeerConfig> peers) {
        return peers.stream().anyMatch(p -> p.remoteAddresses().getFirst().v6());
    }

    private static List<IpAddress> ofFamilies(List<IpAddress> addresses, Collection<IpAddress> others) {
        return addresses.stream()
                .filter(a -> others.stream().anyMatch(o -> o.v6() == a.v6()))
                .toList();
    }

    private static List<IpAddress> firstOfEachFamily(List<IpAddress> addresses) {
        List<IpAddress> first = new ArrayList<>();
        for (IpAddress address : addresses) {
            if (first.stream().noneMatch(f -> f.v6() == address.v6())) {
                first.add(address);
            }
        }
        return first;
    }

    private static List<Prefix> prefixesOfFamilies(List<Prefix> prefixes, List<Prefix> others) {
        return prefixes.stream()
                .filter(p -> others.stream().anyMatch(o -> o.v6() == p.v6()))
                .toList();
    }
}
