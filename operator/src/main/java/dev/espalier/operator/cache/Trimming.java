package dev.espalier.operator.cache;

import dev.espalier.crds.v1alpha1.IPSecNode;
import dev.espalier.crds.v1alpha1.IPSecNodeStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import java.util.Objects;

/** What is left out of cached objects. */
public final class Trimming {
    private Trimming() {}

    /** What an IPSecNode follows from: pod networks and addresses; not the images, conditions and labels of a kubelet. */
    public static Node node(Node node) {
        return new NodeBuilder()
                .withMetadata(identity(node))
                .withNewSpec()
                .withPodCIDR(node.getSpec() == null ? null : node.getSpec().getPodCIDR())
                .withPodCIDRs(node.getSpec() == null ? null : node.getSpec().getPodCIDRs())
                .endSpec()
                .withNewStatus()
                .withAddresses(
                        node.getStatus() == null ? List.of() : node.getStatus().getAddresses())
                .endStatus()
                .build();
    }

    /** Spec, annotations and owners; nothing that agents write. */
    public static IPSecNode withoutStatus(IPSecNode node) {
        IPSecNode trimmed = new IPSecNode();
        trimmed.setMetadata(new ObjectMetaBuilder(identity(node))
                .withAnnotations(node.getMetadata().getAnnotations())
                .withOwnerReferences(node.getMetadata().getOwnerReferences())
                .build());
        trimmed.setSpec(node.getSpec());
        return trimmed;
    }

    /** The status alone. */
    public static IPSecNode status(IPSecNode node) {
        IPSecNode trimmed = new IPSecNode();
        trimmed.setMetadata(identity(node));
        trimmed.setStatus(node.getStatus());
        return trimmed;
    }

    /** Of the status, what it says of certificates. */
    public static IPSecNode certificate(IPSecNode node) {
        IPSecNode trimmed = new IPSecNode();
        trimmed.setMetadata(identity(node));
        IPSecNodeStatus status = node.getStatus();
        if (status != null) {
            trimmed.setStatus(
                    new IPSecNodeStatus(null, null, List.of(), List.of(), null, status.certificate(), null, List.of()));
        }
        return trimmed;
    }

    /** The object, whose managed fields are dropped. */
    public static <T extends HasMetadata> T withoutManagedFields(T object) {
        object.getMetadata().setManagedFields(null);
        return object;
    }

    private static ObjectMeta identity(HasMetadata object) {
        ObjectMeta whole = Objects.requireNonNull(object.getMetadata());
        return new ObjectMetaBuilder()
                .withName(whole.getName())
                .withUid(whole.getUid())
                .withResourceVersion(whole.getResourceVersion())
                .withGeneration(whole.getGeneration())
                .withCreationTimestamp(whole.getCreationTimestamp())
                .build();
    }
}
