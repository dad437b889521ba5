package dev.espalier.operator.addresses;

import dev.espalier.wire.ip.IpAddress;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodIP;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** From Pod objects to addresses. */
public final class RunningPods {
    private RunningPods() {}

    /** Of pods that are on a node, have a network of their own and have not finished; what is no address is left out. */
    public static List<PodAddress> addresses(Collection<Pod> pods) {
        List<PodAddress> result = new ArrayList<>();
        for (Pod pod : pods) {
            if (!counts(pod)) {
                continue;
            }
            for (PodIP ip : pod.getStatus().getPodIPs()) {
                try {
                    result.add(new PodAddress(
                            pod.getMetadata().getNamespace() + "/"
                                    + pod.getMetadata().getName(),
                            pod.getSpec().getNodeName(),
                            IpAddress.parse(ip.getIp())));
                } catch (IllegalArgumentException notAnAddress) {
                    // Written by a kubelet: nothing to believe.
                }
            }
        }
        return result;
    }

    /** Whether the addresses that follow from it differ. */
    public static boolean differ(Pod pod, Pod old) {
        return !addresses(List.of(pod)).equals(addresses(List.of(old)));
    }

    private static boolean counts(Pod pod) {
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        return pod.getStatus() != null
                && pod.getStatus().getPodIPs() != null
                && pod.getSpec().getNodeName() != null
                && !Boolean.TRUE.equals(pod.getSpec().getHostNetwork())
                && !"Succeeded".equals(phase)
                && !"Failed".equals(phase);
    }
}
