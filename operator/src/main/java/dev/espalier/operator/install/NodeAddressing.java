package dev.espalier.operator.install;

import dev.espalier.crds.v1alpha1.IPSecNode;
import dev.espalier.operator.addresses.AddressBatches;
import dev.espalier.operator.addresses.AddressBatches.Batch;
import dev.espalier.operator.addresses.ExtraAddresses;
import dev.espalier.operator.addresses.RunningPods;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;

/** Each node's addresses beside its pod networks, when the administrator has named networks for them. One thread. */
final class NodeAddressing {
    private static final Logger LOG = Logger.getLogger(NodeAddressing.class);

    private final List<Prefix> networks;
    private final AddressBatches batches = new AddressBatches();
    private List<String> problems = List.of();

    NodeAddressing(List<Prefix> networks) {
        this.networks = networks;
    }

    boolean isAskedFor() {
        return !networks.isEmpty();
    }

    /** @return what to publish now, by node name */
    Batch next(Collection<Node> nodes, Collection<IPSecNode> present, Collection<Pod> pods, Instant now) {
        Map<String, List<String>> published = new HashMap<>();
        Map<String, List<Prefix>> parsed = new HashMap<>();
        for (IPSecNode node : present) {
            if (node.getSpec() != null && !node.getSpec().extraAddresses().isEmpty()) {
                published.put(node.getMetadata().getName(), node.getSpec().extraAddresses());
                parsed.put(node.getMetadata().getName(), prefixes(node.getSpec().extraAddresses()));
            }
        }
        ExtraAddresses wanted = ExtraAddresses.of(RunningPods.addresses(pods), networks, taken(nodes), parsed);
        if (!wanted.problems().equals(problems)) {
            problems = wanted.problems();
            problems.forEach(problem -> LOG.warnf("pod addresses: %s", problem));
        }
        return batches.next(published, wanted.byNode(), now);
    }

    /** Pod networks and addresses of nodes: never a pod's of the other kind. */
    private static List<Prefix> taken(Collection<Node> nodes) {
        List<Prefix> taken = new ArrayList<>();
        MeshPlan.of(nodes, List.of()).apply().forEach(node -> {
            taken.addAll(prefixes(node.spec().podCIDRs()));
            node.spec().addresses().forEach(address -> {
                try {
                    taken.add(Prefix.host(IpAddress.parse(address)));
                } catch (IllegalArgumentException e) {
                    LOG.warnf("Node %s: %s", node.name(), e.getMessage());
                }
            });
        });
        return taken;
    }

    private static List<Prefix> prefixes(List<String> texts) {
        List<Prefix> prefixes = new ArrayList<>();
        for (String text : texts) {
            try {
                prefixes.add(Prefix.parse(text));
            } catch (IllegalArgumentException e) {
                LOG.warnf("%s", e.getMessage());
            }
        }
        return prefixes;
    }
}
