package dev.espalier.operator.addresses;

import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Which node owns which addresses beside its pod networks: a function of the pods that run and of what was published before.
 *
 * <p>A pod's addresses are reported by its own node's kubelet, so what is believed has bounds: only addresses of the networks that the
 * administrator names, none of a node's pod networks or of a node itself, and none that two nodes claim: such an address stays with the
 * node that has it published, or with nobody.
 *
 * @param byNode prefixes in order, by node name; nodes with none are left out
 * @param problems what was left out, one line each; at most {@link #MOST_PROBLEMS}
 */
public record ExtraAddresses(Map<String, List<String>> byNode, List<String> problems) {
    /** As the schema of {@code spec.extraAddresses} allows. */
    static final int MOST_PREFIXES = 1024;

    static final int MOST_PROBLEMS = 20;

    public static final ExtraAddresses NONE = new ExtraAddresses(Map.of(), List.of());

    public ExtraAddresses {
        byNode = Map.copyOf(byNode);
        problems = List.copyOf(problems);
    }

    /**
     * @param networks where such addresses may be
     * @param taken pod networks and addresses of all nodes
     * @param published what stands in the nodes' objects now, by node name
     */
    public static ExtraAddresses of(
            Collection<PodAddress> pods,
            List<Prefix> networks,
            Collection<Prefix> taken,
            Map<String, List<Prefix>> published) {
        List<String> problems = new ArrayList<>();
        Ranges others = new Ranges(taken);
        Map<IpAddress, Set<String>> claims = new HashMap<>();
        for (PodAddress pod : pods) {
            if (networks.stream().noneMatch(network -> network.contains(pod.address()))) {
                continue;
            }
            if (others.contains(pod.address())) {
                continue;
            }
            claims.computeIfAbsent(pod.address(), address -> new TreeSet<>()).add(pod.node());
        }
        Map<String, Set<IpAddress>> owned = new TreeMap<>();
        claims.forEach((address, nodes) -> {
            List<String> owners = nodes.size() == 1
                    ? List.copyOf(nodes)
                    : nodes.stream()
                            .filter(node -> published.getOrDefault(node, List.of()).stream()
                                    .anyMatch(prefix -> prefix.contains(address)))
                            .toList();
            if (nodes.size() > 1) {
                problems.add(address + " is claimed by nodes " + String.join(", ", nodes)
                        + (owners.size() == 1 ? "; it stays with " + owners.getFirst() : "; nobody gets it"));
            }
            if (owners.size() == 1) {
                owned.computeIfAbsent(owners.getFirst(), node -> new TreeSet<>())
                        .add(address);
            }
        });
        Map<String, List<String>> result = new TreeMap<>();
        owned.forEach((node, addresses) -> result.put(node, prefixes(node, addresses, owned, others, problems)));
        problems.sort(String::compareTo);
        return new ExtraAddresses(result, problems.subList(0, Math.min(MOST_PROBLEMS, problems.size())));
    }

    private static List<String> prefixes(
            String node,
            Set<IpAddress> addresses,
            Map<String, Set<IpAddress>> owned,
            Ranges others,
            List<String> problems) {
        Predicate<Prefix> free = wider -> !others.overlaps(wider)
                && owned.entrySet().stream()
                        .filter(entry -> !entry.getKey().equals(node))
                        .flatMap(entry -> entry.getValue().stream())
                        .noneMatch(wider::contains);
        List<Prefix> prefixes = Aggregation.of(addresses, MOST_PREFIXES, free);
        if (prefixes.size() > MOST_PREFIXES) {
            problems.add("node " + node + ": " + prefixes.size() + " separate prefixes; only the first " + MOST_PREFIXES
                    + " are published");
        }
        return prefixes.stream().limit(MOST_PREFIXES).map(Prefix::toString).toList();
    }
}
