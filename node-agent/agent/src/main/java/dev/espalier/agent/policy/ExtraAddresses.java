package dev.espalier.agent.policy;

import dev.espalier.agent.kube.NodeEntry;
import dev.espalier.agent.kube.NodeView;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which of the nodes' extra addresses can be acted on. An address moves from node to node as pods do, and two objects may name it for a moment; then neither has
 * it, and the rest of both is as it was. So it is with one that is a node's own, or lies within another node's pod CIDR.
 */
final class ExtraAddresses {
    /** Of one node. A traffic selector payload counts in one octet (RFC 7296 3.13), and pod CIDRs have to fit in as well. */
    static final int MOST = 240;

    private record Owned(Prefix prefix, String node, boolean extra) {}

    private ExtraAddresses() {}

    /** The view with only those extra addresses that one node alone has; what is left out of peers stays closed by the view that was given. */
    static NodeView undisputed(NodeView view, List<String> problems) {
        List<NodeEntry> all =
                Stream.concat(Stream.of(view.own()), view.peers().stream()).toList();
        if (all.stream().allMatch(node -> node.extraAddresses().isEmpty())) {
            return view;
        }
        Set<Owned> disputed = disputed(all);
        Set<IpAddress> outer = new HashSet<>();
        all.forEach(node -> outer.addAll(node.addresses()));
        List<NodeEntry> kept = new ArrayList<>();
        for (NodeEntry node : all) {
            List<Prefix> good = node.extraAddresses().stream()
                    .distinct()
                    .filter(prefix ->
                            !disputed.contains(new Owned(prefix, node.name(), true)) && outsideOf(outer, prefix))
                    .toList();
            if (good.size() < node.extraAddresses().stream().distinct().count()) {
                problems.add("node '" + node.name() + "': some of its extra addresses are also another's; left out");
            }
            if (good.size() > MOST) {
                problems.add("node '" + node.name() + "': has " + good.size() + " extra addresses, of which " + MOST
                        + " are used; the rest is closed");
                good = good.subList(0, MOST);
            }
            kept.add(node.withExtraAddresses(good));
        }
        return new NodeView(kept.getFirst(), kept.subList(1, kept.size()), view.policies(), view.externalPeers());
    }

    private static boolean outsideOf(Set<IpAddress> outer, Prefix prefix) {
        return prefix.length() == prefix.address().bitLength()
                ? !outer.contains(prefix.address())
                : outer.stream().noneMatch(prefix::contains);
    }

    // Sorted, what holds a prefix comes before it: those that hold the current one are the stack.
    private static Set<Owned> disputed(List<NodeEntry> nodes) {
        List<Owned> all = new ArrayList<>();
        for (NodeEntry node : nodes) {
            node.podCidrs().forEach(prefix -> all.add(new Owned(prefix, node.name(), false)));
            node.extraAddresses().forEach(prefix -> all.add(new Owned(prefix, node.name(), true)));
        }
        all.sort(Comparator.comparing(Owned::prefix));
        Set<Owned> disputed = new HashSet<>();
        List<Owned> holders = new ArrayList<>();
        for (Owned current : all) {
            while (!holders.isEmpty() && !holders.getLast().prefix().contains(current.prefix())) {
                holders.removeLast();
            }
            for (Owned holder : holders) {
                if (!holder.node().equals(current.node())) {
                    disputed.add(holder);
                    disputed.add(current);
                }
            }
            holders.add(current);
        }
        return disputed;
    }
}
