package dev.espalier.lab.cluster;

import dev.espalier.lab.topology.LabNode;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddressBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodIPBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Map;

/** The objects that a kubelet, a scheduler and the controller manager would make on a full cluster. */
final class ClusterObjects {
    static final String SYSTEM = "espalier-system";
    static final String AGENT_ACCOUNT = "espalier-agent";
    static final String OPERATOR_ACCOUNT = "espalier-operator";

    private static final long TOKEN_SECONDS = 86_400;

    private final KubernetesClient client;

    ClusterObjects(KubernetesClient client) {
        this.client = client;
    }

    void createNode(LabNode node) {
        Node object = new NodeBuilder()
                .withNewMetadata()
                .withName(node.name())
                .addToLabels("kubernetes.io/hostname", node.name())
                .endMetadata()
                .withNewSpec()
                .withPodCIDR(node.podCidrs().getFirst())
                .withPodCIDRs(node.podCidrs())
                .endSpec()
                .build();
        client.nodes().resource(object).create();
        client.nodes()
                .withName(node.name())
                .editStatus(current -> new NodeBuilder(current)
                        .editOrNewStatus()
                        .withAddresses(node.addresses().stream()
                                .map(address -> new NodeAddressBuilder()
                                        .withType("InternalIP")
                                        .withAddress(address)
                                        .build())
                                .toList())
                        .endStatus()
                        .build());
    }

    /** A token of the agent's service account, bound to the agent's pod on this node, as a kubelet would project it. */
    String agentToken(LabNode node) {
        String name = AGENT_ACCOUNT + "-" + node.name();
        Pod pod = client.pods()
                .inNamespace(SYSTEM)
                .resource(podOn(
                        SYSTEM, name, node.name(), AGENT_ACCOUNT, Map.of("app.kubernetes.io/name", AGENT_ACCOUNT)))
                .create();
        return client.serviceAccounts()
                .inNamespace(SYSTEM)
                .withName(AGENT_ACCOUNT)
                .tokenRequest(new TokenRequestBuilder()
                        .withNewSpec()
                        .withExpirationSeconds(TOKEN_SECONDS)
                        .withNewBoundObjectRef(
                                "v1", "Pod", name, pod.getMetadata().getUid())
                        .endSpec()
                        .build())
                .getStatus()
                .getToken();
    }

    String operatorToken() {
        return client.serviceAccounts()
                .inNamespace(SYSTEM)
                .withName(OPERATOR_ACCOUNT)
                .tokenRequest(new TokenRequestBuilder()
                        .withNewSpec()
                        .withExpirationSeconds(TOKEN_SECONDS)
                        .endSpec()
                        .build())
                .getStatus()
                .getToken();
    }

    void createPod(String namespace, String name, String node, Map<String, String> labels, List<String> addresses) {
        client.pods()
                .inNamespace(namespace)
                .resource(podOn(namespace, name, node, "default", labels))
                .create();
        client.pods()
                .inNamespace(namespace)
                .withName(name)
                .editStatus(current -> new PodBuilder(current)
                        .editOrNewStatus()
                        .withPhase("Running")
                        .withPodIP(addresses.getFirst())
                        .withPodIPs(addresses.stream()
                                .map(ip -> new PodIPBuilder().withIp(ip).build())
                                .toList())
                        .endStatus()
                        .build());
    }

    void deletePod(String namespace, String name) {
        client.pods().inNamespace(namespace).withName(name).withGracePeriod(0).delete();
    }

    void deleteNode(String name) {
        client.pods()
                .inNamespace(SYSTEM)
                .withName(AGENT_ACCOUNT + "-" + name)
                .withGracePeriod(0)
                .delete();
        client.nodes().withName(name).delete();
    }

    private static Pod podOn(String namespace, String name, String node, String account, Map<String, String> labels) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .addToLabels(labels)
                .endMetadata()
                .withNewSpec()
                .withNodeName(node)
                .withServiceAccountName(account)
                .addNewContainer()
                .withName("main")
                .withImage("lab")
                .endContainer()
                .endSpec()
                .build();
    }
}
