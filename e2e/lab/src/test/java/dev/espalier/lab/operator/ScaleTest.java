package dev.espalier.lab.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.espalier.crds.policy.PolicySet;
import dev.espalier.crds.v1alpha1.IPSecNode;
import dev.espalier.crds.v1alpha1.IPSecPolicy;
import dev.espalier.lab.probe.ProbeClient;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The operator with 500 nodes and 5,000 pods, whose addresses it has to publish, against an API server: prints the figures and holds them to
 * their bounds. Nodes are objects and agents are clients: no packet is sealed. {@code e2e/scale/run}; {@code ESPALIER_SCALE_NODES} for less.
 */
@Tag("scale")
@Tag("OPR-08")
class ScaleTest {
    private static final int NODES =
            Integer.parseInt(Objects.requireNonNullElse(System.getenv("ESPALIER_SCALE_NODES"), "500"));
    private static final int PODS_PER_NODE = 10;
    private static final int CLIENTS = 8;
    private static final String GROUP = "/apis/ipsec.espalier.dev/v1alpha1/";
    private static final Duration LIMIT = Duration.ofMinutes(8);
    private static final Duration CHURN = Duration.ofSeconds(60);

    private final ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);

    @Test
    void fiveHundredNodesAndFiveThousandPods() throws Exception {
        try (OperatorCluster cluster = OperatorCluster.start()) {
            cluster.apply("pod-networks");
            OperatorProcess operator = cluster.operator("operator-1", "ESPALIER_POD_NETWORKS=10.100.0.0/16");
            System.out.printf(
                    Locale.ROOT, "scale: %s, %d nodes, %d pods%n", server(cluster), NODES, NODES * PODS_PER_NODE);
            long begun = System.nanoTime();
            each(NODES, i -> cluster.node(node(i), i));
            await().atMost(LIMIT)
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> nodes(cluster).size() == NODES);
            System.out.printf(Locale.ROOT, "scale: nodes made, and an IPSecNode for each: %.1f s%n", seconds(begun));

            long pods = System.nanoTime();
            each(NODES * PODS_PER_NODE, i -> pod(cluster.client(), i));
            await().atMost(LIMIT)
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> nodes(cluster).stream()
                            .noneMatch(node -> node.getSpec().extraAddresses().isEmpty()));
            System.out.printf(
                    Locale.ROOT, "scale: pods made, and every node's addresses published: %.1f s%n", seconds(pods));

            certificates(cluster, operator);
            policyIsReady(cluster);
            churn(cluster);
            report(cluster, operator, begun);
        } finally {
            clients.shutdownNow();
        }
    }

    private void certificates(OperatorCluster cluster, OperatorProcess operator) throws Exception {
        ConcurrentHashMap<Integer, AgentAccount> agents = new ConcurrentHashMap<>();
        each(NODES, i -> agents.put(i, new AgentAccount(cluster.as(cluster.agentToken(node(i))))));
        long begun = System.nanoTime();
        ConcurrentHashMap<Integer, String> outcomes = new ConcurrentHashMap<>();
        each(NODES, i -> {
            AgentAccount agent = Objects.requireNonNull(agents.get(i));
            outcomes.put(i, agent.outcome(agent.submit(node(i), "ipsec.espalier.dev/node")));
        });
        assertThat(outcomes.values()).as("certificates").hasSize(NODES).containsOnly("Issued");
        System.out.printf(
                Locale.ROOT,
                "scale: a certificate for each node, %d asking at a time: %.1f s (%.0f in the operator's count)%n",
                CLIENTS,
                seconds(begun),
                operator.metric("espalier_certificates_issued_total"));
    }

    /** From the last agent's acknowledgement to the policy's condition. */
    private void policyIsReady(OperatorCluster cluster) throws Exception {
        cluster.http()
                .post(
                        GROUP + "ipsecpolicies",
                        "{\"apiVersion\":\"ipsec.espalier.dev/v1alpha1\",\"kind\":\"IPSecPolicy\",\"metadata\":{\"name\":\"protect-all\"},\"spec\":{\"action\":\"Protect\"}}");
        String hash = PolicySet.of(
                        cluster.client().resources(IPSecPolicy.class).list().getItems())
                .contentHash();
        each(NODES, i -> acknowledge(cluster.http(), node(i), hash, 0));
        long last = System.nanoTime();
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> Objects.requireNonNull(cluster.client()
                                .resources(IPSecPolicy.class)
                                .withName("protect-all")
                                .get())
                        .getStatus()
                        .conditions()
                        .stream()
                        .anyMatch(condition -> condition.type().equals("Ready")
                                && condition.status().equals("True")));
        System.out.printf(
                Locale.ROOT, "scale: policy Ready after the last node's acknowledgement: %.2f s%n", seconds(last));
    }

    private static void acknowledge(ProbeClient http, String node, String hash, long rekeys) {
        int others = NODES - 1;
        ProbeClient.Answer answer = http.patch(
                GROUP + "ipsecnodes/" + node + "/status",
                ProbeClient.MERGE,
                "{\"status\":{\"appliedPolicyHash\":\"" + hash
                        + "\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\",\"reason\":\"TunnelsPossible\",\"message\":\"a plan is in force\",\"lastTransitionTime\":\"2026-11-24T10:00:00Z\"}],"
                        + "\"agentVersion\":\"0.1.0\",\"totals\":{\"peers\":" + others + ",\"established\":" + others
                        + ",\"childSas\":" + others + ",\"rekeys\":" + rekeys + ",\"drops\":{}}}}");
        if (answer.code() != 200) {
            throw new AssertionError("status of " + node + ": " + answer.code() + " " + answer.body());
        }
    }

    /** What one agent's watches carry: with pods coming and going elsewhere, then with statuses at the pace that agents keep. */
    private void churn(OperatorCluster cluster) throws Exception {
        String hash = PolicySet.of(
                        cluster.client().resources(IPSecPolicy.class).list().getItems())
                .contentHash();
        try (WatchTraffic traffic = WatchTraffic.of(cluster)) {
            long begun = System.nanoTime();
            int replaced = 0;
            while (seconds(begun) < CHURN.toSeconds() / 2.0) {
                // Replaced in place, as a Deployment does: the address is the next pod's.
                int pod = ThreadLocalRandom.current().nextInt(NODES * PODS_PER_NODE);
                cluster.client()
                        .pods()
                        .inNamespace("default")
                        .withName("pod-" + pod)
                        .withGracePeriod(0)
                        .delete();
                pod(cluster.client(), pod);
                replaced++;
            }
            System.out.printf(
                    Locale.ROOT,
                    "scale: one agent's watches while %.0f pods a second are replaced elsewhere: %.2f kB/s, %.2f events/s%n",
                    replaced / seconds(begun),
                    traffic.kilobytesPerSecond(),
                    traffic.eventsPerSecond());
        }
        try (WatchTraffic traffic = WatchTraffic.of(cluster)) {
            long begun = System.nanoTime();
            int written = 0;
            // Two a second: StatusPace for counters in a mesh of this size or larger.
            while (seconds(begun) < CHURN.toSeconds() / 2.0) {
                acknowledge(cluster.http(), node(1 + written % NODES), hash, ++written);
                Thread.sleep(Math.max(0, (long) (500.0 * written - seconds(begun) * 1000)));
            }
            System.out.printf(
                    Locale.ROOT,
                    "scale: one agent's watches with the statuses of %d nodes: %.2f kB/s, %.2f events/s%n",
                    NODES,
                    traffic.kilobytesPerSecond(),
                    traffic.eventsPerSecond());
            assertThat(traffic.eventsPerSecond()).as("events a second").isLessThan(5);
        }
    }

    private static void report(OperatorCluster cluster, OperatorProcess operator, long begun) throws IOException {
        double p99 = 0;
        for (String controller : List.of("mesh", "policies", "authority", "certificates")) {
            double seconds =
                    operator.percentile("operator_sdk_controllers_execution_reconcile_seconds", controller, "0.99");
            System.out.printf(Locale.ROOT, "scale: reconcile p99, %s: %.3f s%n", controller, seconds);
            p99 = Math.max(p99, seconds);
        }
        double mebibytes = residentKibibytes(operator.pid()) / 1024.0;
        System.out.printf(Locale.ROOT, "scale: operator: %.0f MiB resident%n", mebibytes);
        double requests = cluster.requestsOfTheOperator();
        if (requests > 0) {
            System.out.printf(
                    Locale.ROOT,
                    "scale: operator: %.0f requests in %.0f s, %.1f a second%n",
                    requests,
                    seconds(begun),
                    requests / seconds(begun));
        }
        assertThat(p99).as("reconcile p99 in seconds").isGreaterThan(0).isLessThan(1);
        assertThat(mebibytes).as("MiB").isLessThanOrEqualTo(400);
        assertThat(operator.isAlive()).isTrue();
    }

    private static double residentKibibytes(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")))
                .sum();
    }

    private static List<IPSecNode> nodes(OperatorCluster cluster) {
        return cluster.client().resources(IPSecNode.class).list().getItems();
    }

    private static void pod(KubernetesClient client, int index) {
        int node = 1 + index % NODES;
        String address = "10.100." + index / 250 + "." + (1 + index % 250);
        String name = "pod-" + index;
        client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withNamespace("default")
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withNodeName(node(node))
                        .addNewContainer()
                        .withName("main")
                        .withImage("app")
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
        client.pods()
                .inNamespace("default")
                .withName(name)
                .editStatus(pod -> new PodBuilder(pod)
                        .editOrNewStatus()
                        .withPhase("Running")
                        .withPodIP(address)
                        .addNewPodIP(address)
                        .endStatus()
                        .build());
    }

    private static String node(int index) {
        return "node-" + index;
    }

    private static String server(OperatorCluster cluster) {
        return cluster.embedded().isPresent() ? "the lab's API server" : "kube-apiserver 1." + cluster.minorVersion();
    }

    private interface Work {
        void on(int index) throws Exception;
    }

    private void each(int count, Work work) throws InterruptedException, ExecutionException {
        List<Callable<Void>> tasks = new ArrayList<>();
        IntStream.rangeClosed(1, count)
                .forEach(i -> tasks.add(() -> {
                    work.on(i);
                    return null;
                }));
        for (Future<Void> done : clients.invokeAll(tasks)) {
            done.get();
        }
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
