package dev.espalier.operator.pki;

import dev.espalier.operator.pki.Denial.Reason;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether the requester of a certificate is the node it asks for (CSR-02). All that counts is said by the API server: {@code extra}
 * is taken from the token that the request came with, and pod and node are what is stored. Anything that is missing or does not
 * match is a denial.
 *
 * @see <a href="https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/">bound service account tokens</a>
 */
final class RequesterBinding {
    static final String POD_NAME = "authentication.kubernetes.io/pod-name";
    static final String POD_UID = "authentication.kubernetes.io/pod-uid";
    static final String NODE_NAME = "authentication.kubernetes.io/node-name";
    static final String NODE_UID = "authentication.kubernetes.io/node-uid";

    private RequesterBinding() {}

    /** @param extra of the CSR; an API server writes each key once, with one value */
    record Requester(String username, Map<String, List<String>> extra) {
        Requester {
            extra = Map.copyOf(extra);
        }

        Optional<String> single(String key) {
            List<String> values = extra.getOrDefault(key, List.of());
            return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
        }
    }

    /**
     * A stored pod of the operator's namespace.
     *
     * @param finished whether its containers will not run again
     */
    record LivePod(String name, String uid, String serviceAccount, String nodeName, boolean finished) {}

    /**
     * A stored node.
     *
     * @param revoked whether it was cut off
     */
    record LiveNode(String name, String uid, boolean revoked) {}

    /**
     * What is stored, looked up by what the request says.
     *
     * @param pod by {@link #POD_NAME}
     * @param node by the requested name
     * @param tokensNameNodes whether this API server puts the node into tokens bound to pods (1.30 and later); when it does not, the
     *     live pod's {@code spec.nodeName} takes its place
     */
    record Stored(Optional<LivePod> pod, Optional<LiveNode> node, boolean tokensNameNodes) {}

    /** @return why not, or empty when {@code requester} is {@code nodeName} */
    static Optional<Denial> check(String nodeName, Requester requester, Stored stored) {
        if (!requester.username().equals(PkiNames.AGENT_USERNAME)) {
            return denied(
                    "requested by '" + requester.username() + "'; only '" + PkiNames.AGENT_USERNAME + "' may ask");
        }
        Optional<String> podName = requester.single(POD_NAME);
        Optional<String> podUid = requester.single(POD_UID);
        if (podName.isEmpty() || podUid.isEmpty()) {
            return denied("the requester's token is not bound to a pod: extra has no " + POD_NAME + " or " + POD_UID);
        }
        if (stored.pod().isEmpty()) {
            return denied("there is no pod " + PkiNames.NAMESPACE + "/" + podName.get());
        }
        return checkPod(nodeName, podUid.get(), stored.pod().get()).or(() -> checkNode(nodeName, requester, stored));
    }

    private static Optional<Denial> checkPod(String nodeName, String podUid, LivePod pod) {
        String name = PkiNames.NAMESPACE + "/" + pod.name();
        if (!pod.uid().equals(podUid)) {
            return denied(
                    "the token is of an earlier pod of the name " + name + ": uid " + podUid + ", now " + pod.uid());
        }
        if (pod.finished()) {
            return denied("pod " + name + " has finished");
        }
        if (!pod.serviceAccount().equals(PkiNames.AGENT_SERVICE_ACCOUNT)) {
            return denied("pod " + name + " runs as service account '" + pod.serviceAccount() + "', not '"
                    + PkiNames.AGENT_SERVICE_ACCOUNT + "'");
        }
        if (!pod.nodeName().equals(nodeName)) {
            return denied("pod " + name + " runs on node '" + pod.nodeName() + "', not on '" + nodeName + "'");
        }
        return Optional.empty();
    }

    private static Optional<Denial> checkNode(String nodeName, Requester requester, Stored stored) {
        if (stored.node().isEmpty()) {
            return denied("there is no node '" + nodeName + "'");
        }
        LiveNode node = stored.node().get();
        if (node.revoked()) {
            return Optional.of(new Denial(Reason.NODE_REVOKED, "node '" + nodeName + "' was cut off"));
        }
        boolean named =
                requester.extra().containsKey(NODE_NAME) || requester.extra().containsKey(NODE_UID);
        if (!named && !stored.tokensNameNodes()) {
            return Optional.empty();
        }
        Optional<String> tokenNode = requester.single(NODE_NAME);
        Optional<String> tokenNodeUid = requester.single(NODE_UID);
        if (tokenNode.isEmpty() || tokenNodeUid.isEmpty()) {
            return denied("the requester's token names no node: extra has no " + NODE_NAME + " or " + NODE_UID);
        }
        if (!tokenNode.get().equals(nodeName)) {
            return denied("the requester's token is of node '" + tokenNode.get() + "', not of '" + nodeName + "'");
        }
        if (!tokenNodeUid.get().equals(node.uid())) {
            return denied("the requester's token is of an earlier node of the name '" + nodeName + "': uid "
                    + tokenNodeUid.get() + ", now " + node.uid());
        }
        return Optional.empty();
    }

    private static Optional<Denial> denied(String message) {
        return Optional.of(new Denial(Reason.REQUESTER_NOT_NODE, message));
    }
}
