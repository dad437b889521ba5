package dev.espalier.e2e;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/** Writes down what a cluster is like at the moment of a failure, each thing into a file of its own; what cannot be had says why. */
final class Diagnostics {
    private static final List<String> NODE_COMMANDS = List.of(
            "ip -d addr",
            "ip rule",
            "ip -6 rule",
            "ip route show table all",
            "ip -6 route show table all",
            "ip neigh",
            "nft list ruleset",
            "iptables-save -t nat",
            "conntrack -L",
            "ls -la /etc/cni/net.d /opt/cni/bin /run/espalier /run/espalier/pods",
            "cat /proc/net/snmp");

    private final Cluster cluster;
    private final Path folder;

    Diagnostics(Cluster cluster, Path folder) {
        this.cluster = cluster;
        this.folder = folder;
    }

    void collect() {
        objects();
        for (Pod pod : cluster.client().pods().inAnyNamespace().list().getItems()) {
            String name =
                    pod.getMetadata().getNamespace() + "-" + pod.getMetadata().getName();
            pod.getSpec().getContainers().forEach(container -> logs(pod, name, container.getName()));
            pod.getSpec().getInitContainers().forEach(container -> logs(pod, name, container.getName()));
        }
        for (String node : cluster.addresses().keySet()) {
            StringBuilder text = new StringBuilder();
            for (String command : NODE_COMMANDS) {
                text.append("$ ").append(command).append('\n');
                text.append(cluster.tryOnNode(node, "sh", "-c", command).out()).append('\n');
            }
            write("node-" + node + ".txt", text::toString);
        }
    }

    private void objects() {
        write("nodes.yaml", () -> Serialization.asYaml(cluster.nodes()));
        write(
                "pods.yaml",
                () -> Serialization.asYaml(
                        cluster.client().pods().inAnyNamespace().list().getItems()));
        write(
                "events.yaml",
                () -> Serialization.asYaml(
                        cluster.client().v1().events().inAnyNamespace().list().getItems()));
        write(
                "certificates.yaml",
                () -> Serialization.asYaml(cluster.client()
                        .certificates()
                        .v1()
                        .certificateSigningRequests()
                        .list()
                        .getItems()));
        for (String kind : List.of("IPSecPolicy", "IPSecNode", "IPSecPeer")) {
            ResourceDefinitionContext context = new ResourceDefinitionContext.Builder()
                    .withGroup("ipsec.espalier.dev")
                    .withVersion("v1alpha1")
                    .withKind(kind)
                    .withNamespaced(false)
                    .build();
            write(
                    kind + ".yaml",
                    () -> Serialization.asYaml(cluster.client()
                            .genericKubernetesResources(context)
                            .list()
                            .getItems()));
        }
    }

    private void logs(Pod pod, String name, String container) {
        var resource = cluster.client()
                .pods()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getMetadata().getName())
                .inContainer(container);
        write(name + "-" + container + ".log", resource::getLog);
        if (pod.getStatus().getContainerStatuses().stream()
                .anyMatch(status -> status.getName().equals(container) && status.getRestartCount() > 0)) {
            write(
                    name + "-" + container + "-before.log",
                    () -> resource.terminated().getLog());
        }
    }

    private void write(String name, Supplier<String> text) {
        String content;
        try {
            content = text.get();
        } catch (KubernetesClientException e) {
            content = "not to be had: " + e.getMessage();
        }
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
