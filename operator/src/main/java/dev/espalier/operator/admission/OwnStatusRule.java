package dev.espalier.operator.admission;

import dev.espalier.operator.pki.PkiNames;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * Who may write which status. All that counts is said by the API server: {@code extra} is of the token that the request came with, and the
 * live pod of that name and UID says its node. Anything that is missing or does not match is a refusal.
 */
final class OwnStatusRule {
    private static final String POD_NAME = "authentication.kubernetes.io/pod-name";
    private static final String POD_UID = "authentication.kubernetes.io/pod-uid";
    private static final int PODS_KNOWN = 4096;

    private final Function<String, Optional<Pod>> podByName;

    /** A pod's node never changes, so it is asked for once; a token dies with its pod. */
    private final Map<String, String> nodeByPodUid = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > PODS_KNOWN;
        }
    };

    /** @param podByName of the operator's namespace, as stored */
    OwnStatusRule(Function<String, Optional<Pod>> podByName) {
        this.podByName = podByName;
    }

    /**
     * @param extra of the requester
     * @param name of the IPSecNode
     * @return why not; empty when the request may go on
     */
    Optional<String> refusal(String username, Map<String, List<String>> extra, String name) {
        if (!username.equals(PkiNames.AGENT_USERNAME)) {
            // Everybody else is the business of RBAC alone.
            return Optional.empty();
        }
        String podName = single(extra, POD_NAME);
        String podUid = single(extra, POD_UID);
        if (podName.isEmpty() || podUid.isEmpty()) {
            return Optional.of("the agent's token is not bound to a pod, so nothing says whose node it is on");
        }
        String node = node(podName, podUid);
        if (node.isEmpty()) {
            return Optional.of(
                    "there is no pod " + podName + " with uid " + podUid + " of the agent's account on a node");
        }
        return node.equals(name)
                ? Optional.empty()
                : Optional.of("the agent of node '" + node + "' may not write IPSecNode '" + name + "'");
    }

    /** Empty when the pod is not there, is another, or is on no node. */
    private String node(String podName, String podUid) {
        synchronized (nodeByPodUid) {
            String known = nodeByPodUid.get(podUid);
            if (known != null) {
                return known;
            }
        }
        // Not under the lock: after a start, all agents of a large mesh may come at once.
        String node = podByName
                .apply(podName)
                .filter(pod -> podUid.equals(pod.getMetadata().getUid()))
                .filter(pod ->
                        PkiNames.AGENT_SERVICE_ACCOUNT.equals(pod.getSpec().getServiceAccountName()))
                .map(pod -> Objects.requireNonNullElse(pod.getSpec().getNodeName(), ""))
                .orElse("");
        if (!node.isEmpty()) {
            synchronized (nodeByPodUid) {
                nodeByPodUid.put(podUid, node);
            }
        }
        return node;
    }

    private static String single(Map<String, List<String>> extra, String key) {
        List<String> values = extra.getOrDefault(key, List.of());
        return values.size() == 1 ? values.getFirst() : "";
    }
}
