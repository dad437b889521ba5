package dev.espalier.agent.policy;

import dev.espalier.agent.kube.NodeEntry;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which peers' pod CIDRs can be acted on. Two nodes that claim the same addresses are both left out, since one of them would get what is
 * meant for the other; so is a node whose pod CIDR has the address of a node in it, since the tunnel's own packets would go into the
 * tunnel.
 */
final class PodCidrOwnership {
    private PodCidrOwnership() {}

    static List<NodeEntry> undisputed(NodeEntry own, List<NodeEntry> peers, List<String> problems) {
        List<IpAddress> outer = outerAddresses(own, peers);
        List<NodeEntry> undisputed = new ArrayList<>();
        for (NodeEntry peer : peers) {
            String conflict = conflict(own, peers, peer, outer);
            if (conflict == null) {
                undisputed.add(peer);
            } else {
                problems.add("node '" + peer.name() + "': " + conflict + "; left out");
            }
        }
        return undisputed;
    }

    /** Every peer's pod CIDRs, disputed or not, but for those that nodes themselves live in: closing these would cut the node off. */
    static List<Prefix> closable(NodeEntry own, List<NodeEntry> peers) {
        List<IpAddress> outer = outerAddresses(own, peers);
        Set<IpAddress> known = new HashSet<>(outer);
        return peers.stream()
                .flatMap(p -> p.podAddresses().stream())
                .filter(prefix -> nobodyLivesIn(prefix, outer, known))
                .toList();
    }

    /** Those of {@code prefixes} that no node lives in, sorted, without what is within another of them. */
    static List<Prefix> podsAlone(NodeEntry own, List<NodeEntry> peers, Stream<Prefix> prefixes) {
        List<IpAddress> outer = outerAddresses(own, peers);
        Set<IpAddress> known = new HashSet<>(outer);
        List<Prefix> kept = new ArrayList<>();
        for (Prefix prefix : prefixes.distinct().sorted().toList()) {
            // Sorted by address, then by length: whatever holds this one is the last that was kept.
            boolean covered = !kept.isEmpty() && kept.getLast().contains(prefix);
            if (!covered && nobodyLivesIn(prefix, outer, known)) {
                kept.add(prefix);
            }
        }
        return kept;
    }

    // Single addresses may be many.
    private static boolean nobodyLivesIn(Prefix prefix, List<IpAddress> outer, Set<IpAddress> known) {
        return prefix.length() == prefix.address().bitLength()
                ? !known.contains(prefix.address())
                : outer.stream().noneMatch(prefix::contains);
    }

    private static List<IpAddress> outerAddresses(NodeEntry own, List<NodeEntry> peers) {
        return Stream.concat(Stream.of(own), peers.stream())
                .flatMap(n -> n.addresses().stream())
                .toList();
    }

    private static @Nullable String conflict(
            NodeEntry own, List<NodeEntry> peers, NodeEntry peer, List<IpAddress> outer) {
        for (Prefix prefix : peer.podCidrs()) {
            for (NodeEntry other : Stream.concat(Stream.of(own), peers.stream()).toList()) {
                if (!other.equals(peer) && other.podCidrs().stream().anyMatch(prefix::overlaps)) {
                    return "its pod CIDR " + prefix + " overlaps one of node '" + other.name() + "'";
                }
            }
            for (IpAddress address : outer) {
                if (prefix.contains(address)) {
                    return "its pod CIDR " + prefix + " contains the node address " + address;
                }
            }
        }
        return null;
    }
}
