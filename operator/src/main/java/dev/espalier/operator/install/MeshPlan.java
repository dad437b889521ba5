package dev.espalier.operator.install;

import dev.espalier.crds.v1alpha1.IPSecNode;
import dev.espalier.crds.v1alpha1.IPSecNodeSpec;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What has to be written so that there is an IPSecNode for each Node and no other: a function of what is there.
 *
 * @param apply by name
 * @param gone names of IPSecNodes whose Node is not there; by name
 */
record MeshPlan(List<Application> apply, List<String> gone) {
    MeshPlan {
        apply = apply.stream().sorted(Comparator.comparing(Application::name)).toList();
        gone = gone.stream().sorted().toList();
    }

    /**
     * An IPSecNode to be created or changed.
     *
     * @param nodeUid of the Node, which owns it
     */
    record Application(String name, String nodeUid, IPSecNodeSpec spec) {}

    static MeshPlan of(Collection<Node> nodes, Collection<IPSecNode> present) {
        return of(nodes, present, Optional.empty());
    }

    /** @param extra further networks by node name; empty to leave those that are there as they are */
    static MeshPlan of(
            Collection<Node> nodes, Collection<IPSecNode> present, Optional<Map<String, List<String>>> extra) {
        Map<String, IPSecNode> withoutNode = new HashMap<>();
        present.forEach(node -> withoutNode.put(node.getMetadata().getName(), node));
        List<Application> apply = new ArrayList<>();
        for (Node node : nodes) {
            String name = node.getMetadata().getName();
            IPSecNode existing = withoutNode.remove(name);
            Application wanted = new Application(
                    name,
                    node.getMetadata().getUid(),
                    specOf(
                            node,
                            extra.map(all -> all.getOrDefault(name, List.of())).orElse(extraOf(existing))));
            if (existing == null || !holds(existing, wanted)) {
                apply.add(wanted);
            }
        }
        return new MeshPlan(apply, List.copyOf(withoutNode.keySet()));
    }

    private static IPSecNodeSpec specOf(Node node, List<String> extra) {
        List<String> podCidrs = node.getSpec() == null ? null : node.getSpec().getPodCIDRs();
        if ((podCidrs == null || podCidrs.isEmpty())
                && node.getSpec() != null
                && node.getSpec().getPodCIDR() != null) {
            podCidrs = List.of(node.getSpec().getPodCIDR());
        }
        List<NodeAddress> addresses =
                node.getStatus() == null ? null : node.getStatus().getAddresses();
        List<String> internal = Objects.requireNonNullElse(addresses, List.<NodeAddress>of()).stream()
                .filter(address -> "InternalIP".equals(address.getType()))
                .map(NodeAddress::getAddress)
                .toList();
        return new IPSecNodeSpec(
                node.getMetadata().getName(), Objects.requireNonNullElse(podCidrs, List.of()), internal, extra);
    }

    private static List<String> extraOf(@Nullable IPSecNode existing) {
        return existing == null || existing.getSpec() == null
                ? List.of()
                : existing.getSpec().extraAddresses();
    }

    private static boolean holds(IPSecNode existing, Application wanted) {
        List<OwnerReference> owners =
                Objects.requireNonNullElse(existing.getMetadata().getOwnerReferences(), List.of());
        return wanted.spec().equals(existing.getSpec())
                && owners.stream().anyMatch(owner -> wanted.nodeUid().equals(owner.getUid()));
    }
}
