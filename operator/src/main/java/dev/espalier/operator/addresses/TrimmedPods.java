package dev.espalier.operator.addresses;

import dev.espalier.operator.cache.TrimmedStore;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodIP;
import java.util.List;
import java.util.Objects;

/** Keeps of each pod what its addresses follow from: some 300 octets instead of ten thousand (OPR-08). */
public final class TrimmedPods extends TrimmedStore<Pod> {
    public TrimmedPods() {
        super(TrimmedPods::trim);
    }

    /** Without all that nobody asks for; what stays is as it was. */
    static Pod trim(Pod pod) {
        List<PodIP> addresses =
                pod.getStatus() == null ? List.of() : pod.getStatus().getPodIPs();
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getMetadata().getName())
                .withUid(pod.getMetadata().getUid())
                .withResourceVersion(pod.getMetadata().getResourceVersion())
                .endMetadata()
                .withNewSpec()
                .withNodeName(pod.getSpec().getNodeName())
                .withHostNetwork(pod.getSpec().getHostNetwork())
                .endSpec()
                .withNewStatus()
                .withPhase(pod.getStatus() == null ? null : pod.getStatus().getPhase())
                .withPodIPs(Objects.requireNonNullElse(addresses, List.<PodIP>of()))
                .endStatus()
                .build();
    }
}
