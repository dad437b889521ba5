package dev.espalier.lab.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.espalier.crds.v1alpha1.IPSecNode;
import dev.espalier.crds.v1alpha1.IPSecPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The operator with 500 nodes and 5,000 pods, whose addresses it has to publish, against an API server: prints the figures and holds them to
 * their bounds. {@code e2e/scale/run}; {@code ESPALIER_SCALE_NODES} for less. No packet is sealed here.
 */
@Tag("scale")
@Tag("OPR-08")
class ScaleTest {
    private static final int NODES =
            Integer.parseInt(Objects.requireNonNullElse(System.getenv("ESPALIER_SCALE_NODES"), "500"));
    /** Of fewer reconciliations the slowest of a hundred is the first, which the JVM has yet to compile. */
    private static final int FULL_SIZE = 500;

    private static final int PODS = 10 * NODES;
    private static final int REPLACED = Math.min(1000, PODS);
    private static final int STATUS_SECONDS = 10;
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final List<String> CONTROLLERS = List.of("mesh", "policies", "authority", "certificates");
    private static final String POLICY =
            "{\"apiVersion\":\"ipsec.espalier.dev/v1alpha1\",\"kind\":\"IPSecPolicy\",\"metadata\":{\"name\":\"protect-all\"},\"spec\":{\"action\":\"Protect\"}}";

    @Test
    void fiveHundredNodesAndFiveThousandPods() throws Exception {
        try (OperatorCluster cluster = OperatorCluster.start();
                SimulatedMesh mesh = new SimulatedMesh(cluster, NODES)) {
            cluster.apply("pod-networks");
            say("API server", server(cluster));
            say("nodes, pods", "%d, %d".formatted(NODES, PODS));
            long begun = System.nanoTime();
            OperatorProcess operator = cluster.operator("operator-1", "ESPALIER_POD_NETWORKS=10.100.0.0/16");
            cluster.awaitReady();
            say("operator, from exec to leading and its first round", "%.1f s".formatted(seconds(begun)));
            say("operator, resident with no nodes", "%.0f MB".formatted(operator.residentMegabytes()));

            timed("nodes made, an IPSecNode for each", () -> {
                mesh.makeNodes();
                return awaitNodes(cluster, node -> true);
            });
            timed("pods made, every node's addresses published", () -> {
                mesh.makePods(PODS);
                return awaitNodes(
                        cluster, node -> !node.getSpec().extraAddresses().isEmpty());
            });
            mesh.makeAgents();
            assertThat(timed("a certificate for each node by its own agent", mesh::certificates))
                    .isEqualTo(NODES);
            mesh.watchPolicies();
            policyChanges(cluster, mesh);
            podsElsewhere(cluster, mesh);
            statuses(cluster, mesh);
            report(cluster, operator, mesh, begun);
        }
    }

    /** First one that is new, then one that changes: both until every node has said that it applies it, and until status says so. */
    private static void policyChanges(OperatorCluster cluster, SimulatedMesh mesh) {
        assertThat(cluster.http()
                        .post(SimulatedMesh.GROUP + "ipsecpolicies", POLICY)
                        .code())
                .isEqualTo(201);
        awaitApplied(cluster, mesh, 1, "policy made");
        assertThat(cluster.http()
                        .patch(
                                SimulatedMesh.GROUP + "ipsecpolicies/protect-all",
                                dev.espalier.lab.probe.ProbeClient.MERGE,
                                "{\"spec\":{\"priority\":7}}")
                        .code())
                .isEqualTo(200);
        awaitApplied(cluster, mesh, 2, "policy changed");
    }

    private static void awaitApplied(OperatorCluster cluster, SimulatedMesh mesh, long generation, String what) {
        long begun = System.nanoTime();
        waiting().until(() -> mesh.acknowledged(generation) == NODES);
        say(what + ", until all nodes have acknowledged", "%.1f s".formatted(seconds(begun)));
        waiting().until(() -> {
            IPSecPolicy policy = Objects.requireNonNull(cluster.client()
                    .resources(IPSecPolicy.class)
                    .withName("protect-all")
                    .get());
            return policy.getStatus() != null
                    && Objects.equals(policy.getStatus().observedGeneration(), generation)
                    && policy.getStatus().conditions().stream()
                            .anyMatch(condition -> condition.type().equals("Ready")
                                    && condition.status().equals("True"));
        });
        say(what + ", until Ready", "%.1f s".formatted(seconds(begun)));
    }

    /** What reaches one agent of pods that are not on its node: nothing, however many there are. */
    private static void podsElsewhere(OperatorCluster cluster, SimulatedMesh mesh) throws Exception {
        // What the policy's last status has set off is over by then.
        Thread.sleep(3000);
        try (WatchTraffic traffic = WatchTraffic.of(cluster)) {
            long begun = System.nanoTime();
            mesh.replacePods(REPLACED, PODS);
            // The operator's batches would come until now.
            Thread.sleep(3000);
            say(
                    "one agent's watches while " + REPLACED + " pods elsewhere are replaced",
                    "%d octets, %d events in %.0f s".formatted(traffic.octets(), traffic.events(), seconds(begun)));
            assertThat(traffic.octets()).as("octets").isLessThan(10L * REPLACED);
        }
    }

    /** Statuses at the pace that agents keep in a mesh of this size or larger: two a second of all together. */
    private static void statuses(OperatorCluster cluster, SimulatedMesh mesh) throws Exception {
        String hash = dev.espalier.crds.policy.PolicySet.of(
                        cluster.client().resources(IPSecPolicy.class).list().getItems())
                .contentHash();
        try (WatchTraffic traffic = WatchTraffic.of(cluster)) {
            long begun = System.nanoTime();
            for (int written = 1; written <= 2 * STATUS_SECONDS; written++) {
                mesh.writeStatus(1 + written % NODES, hash, 10 + written);
                Thread.sleep(Math.max(0, (long) (500.0 * written - seconds(begun) * 1000)));
            }
            say(
                    "one agent's watches in steady state, counters of all nodes",
                    "%.2f kB/s, %.1f events/s"
                            .formatted(traffic.octets() / 1000.0 / seconds(begun), traffic.events() / seconds(begun)));
            assertThat(traffic.events()).as("events").isLessThan(5L * STATUS_SECONDS);
        }
    }

    private static void report(OperatorCluster cluster, OperatorProcess operator, SimulatedMesh mesh, long begun)
            throws IOException {
        Map<String, Double> p99 = new TreeMap<>();
        for (String controller : CONTROLLERS) {
            ReconcileTimes times = operator.reconcileTimes(controller);
            p99.put(controller, times.quantile(0.99));
            say(
                    "reconcile " + controller,
                    "%d times, p50 %.3f s, p99 %.3f s"
                            .formatted(times.count(), times.quantile(0.5), times.quantile(0.99)));
        }
        say(
                "operator, resident now and at most",
                "%.0f MB, %.0f MB".formatted(operator.residentMegabytes(), operator.peakMegabytes()));
        requests(cluster, begun);
        say(
                "agents' writes answered with 429, with 5xx, and made again",
                "%d, %d".formatted(mesh.turnedAway(), mesh.failed()));
        if (NODES >= FULL_SIZE) {
            assertThat(p99)
                    .as("reconcile p99 in seconds")
                    .allSatisfy((controller, seconds) ->
                            assertThat(seconds).as(controller).isGreaterThan(0).isLessThan(1));
        }
        assertThat(operator.peakMegabytes()).as("MB").isLessThanOrEqualTo(400);
        assertThat(operator.isAlive()).isTrue();
    }

    private static void requests(OperatorCluster cluster, long begun) throws IOException {
        List<AuditedRequest> requests = cluster.requestsOfOperators();
        if (requests.isEmpty()) {
            return;
        }
        long mostInASecond = requests.stream()
                .collect(Collectors.groupingBy(request -> request.received().getEpochSecond(), Collectors.counting()))
                .values()
                .stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
        say(
                "operator, requests",
                "%d, %.1f a second, at most %d in one"
                        .formatted(requests.size(), requests.size() / seconds(begun), mostInASecond));
        say("operator, requests by verb", String.valueOf(counts(requests, AuditedRequest::verb)));
        say(
                "operator, most frequent",
                counts(requests, request -> request.verb() + " " + request.resource()).entrySet().stream()
                        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                        .limit(8)
                        .map(entry -> entry.getKey() + " " + entry.getValue())
                        .collect(Collectors.joining(", ")));
        say("API server, requests of everyone by verb", String.valueOf(cluster.requestsByVerb()));
    }

    private static Map<String, Long> counts(List<AuditedRequest> requests, Function<AuditedRequest, String> by) {
        return requests.stream().collect(Collectors.groupingBy(by, TreeMap::new, Collectors.counting()));
    }

    private static int awaitNodes(OperatorCluster cluster, java.util.function.Predicate<IPSecNode> wanted) {
        waiting()
                .pollInterval(Duration.ofMillis(500))
                .until(() -> cluster.client().resources(IPSecNode.class).list().getItems().stream()
                                .filter(wanted)
                                .count()
                        == NODES);
        return NODES;
    }

    private static org.awaitility.core.ConditionFactory waiting() {
        return await().atMost(LIMIT).pollInterval(Duration.ofMillis(50));
    }

    private static <T> T timed(String what, Callable<T> work) throws Exception {
        long begun = System.nanoTime();
        T result = work.call();
        say(what, "%.1f s".formatted(seconds(begun)));
        return result;
    }

    private static void say(String what, String value) {
        System.out.printf("scale: | %-70s | %s |%n", what, value);
    }

    private static String server(OperatorCluster cluster) {
        return cluster.embedded().isPresent() ? "the lab's" : "kube-apiserver 1." + cluster.minorVersion();
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
