package dev.espalier.e2e;

import static dev.espalier.e2e.Workloads.ip;
import static dev.espalier.e2e.Workloads.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** Pods and nodes that come and go. */
@Tag("cluster")
@org.junit.jupiter.api.Order(3)
@ExtendWith(ClusterSuite.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MembershipTest {
    private static final int PODS = 100;
    private static final Duration CUT_OFF = Duration.ofSeconds(10);

    private final Session session;
    private final Cluster cluster;
    private final Workloads workloads;

    MembershipTest(Session session) {
        this.session = session;
        cluster = session.cluster();
        workloads = session.workloads();
    }

    @BeforeEach
    void isInstalled() {
        assumeThat(session.sealed()).as("Espalier is installed").isTrue();
    }

    @Test
    @Order(1)
    @DisplayName("100 pods come and go at once and leave no device, route, rule or record behind")
    void churn() {
        Map<String, String> before = attachments();
        cluster.apply("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: churn, namespace: espalier-e2e}
                spec:
                  replicas: %d
                  selector: {matchLabels: {app: churn}}
                  template:
                    metadata: {labels: {app: churn}}
                    spec:
                      terminationGracePeriodSeconds: 0
                      automountServiceAccountToken: false
                      containers:
                      - {name: sleep, image: %s, imagePullPolicy: IfNotPresent, command: [sleep, "100000"]}
                """.formatted(PODS, Workloads.IMAGE));
        long created = System.nanoTime();
        List<Pod> pods = cluster.awaitPods(Workloads.NAMESPACE, "churn", PODS, Duration.ofMinutes(4));
        session.report().figure(PODS + " pods created until all are Ready", Report.since(created));
        assertThat(pods.stream().map(Workloads::ip).distinct()).hasSize(PODS);
        long deleted = System.nanoTime();
        cluster.client()
                .apps()
                .deployments()
                .inNamespace(Workloads.NAMESPACE)
                .withName("churn")
                .delete();
        cluster.client()
                .pods()
                .inNamespace(Workloads.NAMESPACE)
                .withLabel("app", "churn")
                .withGracePeriod(0)
                .delete();
        Waiting.until(
                "what the pods had on their nodes is gone",
                Duration.ofMinutes(3),
                () -> attachments().equals(before),
                () -> "before: " + before + ", now: " + attachments());
        session.report().figure("and deleted until nothing is left of them", Report.since(deleted));
    }

    @Test
    @Order(2)
    @DisplayName(
            "removed nodes are cut off within 10 s; they rejoin with each other's pod addresses, and those work at their new place")
    void addressesOnAnotherNode() {
        List<String> workers = cluster.workers();
        assumeThat(workers).hasSizeGreaterThanOrEqualTo(3);
        // One with an operator: what is measured below is how long a node takes to join, not how long an operator takes
        // to move.
        String stays = session.release().operators().stream()
                .map(Workloads::node)
                .filter(workers::contains)
                .findFirst()
                .orElseThrow();
        List<Node> others = workers.stream()
                .filter(name -> !name.equals(stays))
                .map(name -> cluster.client().nodes().withName(name).require())
                .toList();
        Node second = others.get(0);
        Node third = others.get(1);
        Pod witness = workloads.echoes().stream()
                .filter(pod -> node(pod).equals(stays))
                .findFirst()
                .orElseThrow();
        List<Pod> leaving = workloads.echoes().stream()
                .filter(pod -> !node(pod).equals(stays))
                .limit(2)
                .toList();

        long removed = System.nanoTime();
        for (Node node : List.of(second, third)) {
            cluster.client().nodes().withName(node.getMetadata().getName()).delete();
        }
        for (Pod pod : leaving) {
            Waiting.until(
                    node(pod) + " is cut off",
                    CUT_OFF.plusSeconds(20),
                    () -> !cluster.tryExec(witness, "ping", "-c", "2", "-i", "0.2", "-W", "1", ip(pod))
                            .ok());
        }
        Duration cutOff = Duration.ofNanos(System.nanoTime() - removed);
        session.report().figure("two nodes removed, cut off after", Report.since(removed));
        assertThat(cutOff).isLessThan(CUT_OFF);
        for (Node node : List.of(second, third)) {
            assertThat(cluster.tryInNetworkOf(node.getMetadata().getName(), "ping", "-c", "2", "-W", "1", ip(witness))
                            .ok())
                    .as("from the removed node to a pod")
                    .isFalse();
        }
        // The pods of the removed nodes must be gone before their addresses have another place.
        Waiting.until(
                "the removed nodes' pods are gone",
                Duration.ofMinutes(2),
                () -> cluster.client().pods().inAnyNamespace().list().getItems().stream()
                        .allMatch(pod -> stays.equals(pod.getSpec().getNodeName())
                                || pod.getSpec().getNodeName() == null));

        Instant began = Instant.now();
        long joined = System.nanoTime();
        join(second, third.getSpec().getPodCIDRs());
        join(third, second.getSpec().getPodCIDRs());
        for (Node node : List.of(second, third)) {
            String name = node.getMetadata().getName();
            Waiting.until(
                    name + " reaches a pod",
                    Duration.ofMinutes(2),
                    () -> cluster.tryInNetworkOf(name, "ping", "-c", "1", "-W", "1", ip(witness))
                            .ok(),
                    () -> cluster.states(HelmRelease.NAMESPACE));
        }
        session.report().figure("from node join to sealed, the later of two", Report.since(joined));
        List<Pod> agents = Stream.of(second, third)
                .map(node -> session.release().agentOn(node.getMetadata().getName()))
                .toList();
        session.report().figure("made of: last agent", new Timeline(cluster, began).agents(agents));
        session.release().awaitReady();
        session.report().figure("two nodes rejoined, agents Ready after", Report.since(joined));
        workloads.awaitOnEveryNode();
        for (Pod from : workloads.echoes()) {
            for (Pod to : workloads.echoes()) {
                Waiting.until(
                        node(from) + " reaches " + node(to),
                        Duration.ofSeconds(30),
                        () -> cluster.tryExec(from, "traffic", "who", ip(to), "8080", "1")
                                .out()
                                .startsWith(node(to) + " " + ip(from)));
            }
        }
        session.report().figure("their pods reach all others after", Report.since(joined));
    }

    /** As kubelet would register it. */
    private void join(Node old, List<String> podCidrs) {
        cluster.client()
                .resource(new NodeBuilder()
                        .withNewMetadata()
                        .withName(old.getMetadata().getName())
                        .withLabels(old.getMetadata().getLabels())
                        .endMetadata()
                        .withNewSpec()
                        .withPodCIDR(podCidrs.getFirst())
                        .withPodCIDRs(podCidrs)
                        .endSpec()
                        .build())
                .create();
    }

    /** What each worker holds for pods: veth devices, routes and rules of ours, records of the agent. */
    private Map<String, String> attachments() {
        Map<String, String> found = new TreeMap<>();
        for (String node : cluster.workers()) {
            found.put(node, cluster.onNode(node, "sh", "-c", """
                    echo veths $(ip -o link show type veth | wc -l) \
                    routes $(ip route show table 7700 2>/dev/null | wc -l) rules $(ip rule | wc -l) \
                    records $(ls /run/espalier/pods 2>/dev/null | wc -l)""").strip());
        }
        return found;
    }
}
