package dev.espalier.lab.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.crds.v1alpha1.IPSecNode;
import dev.espalier.lab.api.Faults;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The operator while the API server misbehaves: it goes on when that is over, and takes nothing for deleted that it only cannot see. */
@Tag("operator")
@Tag("OPR-06")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OperatorFaultsTest {
    private static final String SIGNER = "ipsec.espalier.dev/node";
    private static final String PODS = "/api/v1/namespaces/default/pods";
    /** More than the operator reads in one piece. */
    private static final int MANY_PODS = 520;

    @SuppressWarnings("NullAway.Init") // before all tests
    private OperatorCluster cluster;

    @SuppressWarnings("NullAway.Init") // before all tests
    private Faults faults;

    @SuppressWarnings("NullAway.Init") // before all tests
    private AgentAccount agentOfB;

    @SuppressWarnings("NullAway.Init") // before each test
    private OperatorProcess operator;

    private int nodes = 2;
    private int operators;

    @BeforeAll
    void begin() throws Exception {
        assumeTrue(
                Objects.requireNonNullElse(System.getenv("KUBEBUILDER_ASSETS"), "")
                        .isBlank(),
                "faults are the lab's API server's to make");
        cluster = OperatorCluster.start();
        cluster.apply("pod-networks");
        faults = cluster.embedded().orElseThrow().faults();
        cluster.node("a", 1);
        cluster.node("b", 2);
        for (int i = 0; i < MANY_PODS; i++) {
            pod(i, "b");
        }
        agentOfB = new AgentAccount(cluster.as(cluster.agentToken("b")));
    }

    @AfterAll
    void end() {
        if (cluster != null) {
            cluster.close();
        }
    }

    /** The one of the test before, or another in its place, as a kubelet would start it. */
    @BeforeEach
    void anOperatorLeads() {
        if (operator == null || !operator.isAlive()) {
            operator = cluster.operator("operator-" + ++operators, "ESPALIER_POD_NETWORKS=10.0.0.0/8");
        }
        cluster.awaitReady("a", "b");
        await().until(() -> node("b").getSpec().extraAddresses().size() > 1);
    }

    @AfterEach
    void wellAgain() {
        faults.latency(Duration.ZERO);
        faults.unavailable(false);
        faults.throttleNext(0);
        faults.cutLists(0);
        faults.expireContinues(false);
        faults.hideFromLists("");
    }

    @Test
    void requestsThatAreTurnedAwayWith429AreMadeAgain() {
        // The operator hears of the node at once, and its requests wait until they are turned away.
        faults.latency(Duration.ofSeconds(1));
        String name = newNode();
        faults.throttleNext(12);
        faults.latency(Duration.ZERO);

        awaitNode(name);

        assertThat(operator.isAlive()).as(() -> operator.log()).isTrue();
    }

    @Test
    void anOutageIsWaitedForAndWhatHappenedMeanwhileIsDoneAfterIt() throws Exception {
        String request = agentOfB.submit("b", SIGNER);
        assertThat(agentOfB.outcome(request)).isEqualTo("Issued");
        faults.unavailable(true);
        faults.dropWatches();
        Thread.sleep(8000);
        faults.unavailable(false);
        String second = agentOfB.submit("b", SIGNER);

        awaitNode(newNode());
        assertThat(agentOfB.outcome(second)).isEqualTo("Issued");

        assertThat(operator.isAlive()).as("shorter than its lease").isTrue();
    }

    @Test
    void fiveSecondsForEachAnswerMakeItSlowAndNothingElse() {
        faults.latency(Duration.ofSeconds(5));

        awaitNode(newNode());

        faults.latency(Duration.ZERO);
        assertThat(operator.isAlive())
                .as("the lease was kept: " + operator.log())
                .isTrue();
    }

    @Test
    @Tag("F-13")
    void afterHistoryIsGoneARemovedNodeIsStillSeen() {
        String name = newNode();
        awaitNode(name);
        faults.forgetHistory();
        faults.dropWatches();

        cluster.client().nodes().withName(name).delete();

        await().atMost(Duration.ofSeconds(10)).until(() -> find(name) == null);
    }

    @Test
    void listsThatBreakOffDeleteNothing() {
        Map<String, String> before = uids();
        faults.cutLists(6);
        relist();

        awaitNode(newNode());

        assertThat(uids()).containsAllEntriesOf(before);
    }

    @Test
    void aListThatCannotBeReadToItsEndTakesNoAddressAway() throws Exception {
        List<String> before = node("b").getSpec().extraAddresses();
        faults.expireContinues(true);
        relist();
        // Longer than what is only taken away waits.
        Thread.sleep(17_000);
        assertThat(node("b").getSpec().extraAddresses()).isEqualTo(before);
        faults.expireContinues(false);
        pod(MANY_PODS + 100, "a");

        await().until(() -> node("a").getSpec().extraAddresses().contains("10.200.2.121/32"));
        assertThat(node("b").getSpec().extraAddresses()).isEqualTo(before);
    }

    @Test
    @Tag("CSR-08")
    void aNodeThatAListLeavesOutIsNotCutOff() {
        assertThat(agentOfB.outcome(agentOfB.submit("b", SIGNER))).isEqualTo("Issued");
        String uid = node("b").getMetadata().getUid();
        faults.hideFromLists("b");
        relist();

        // Seen means: by the lists without b.
        awaitNode(newNode());
        awaitNode(newNode());

        assertThat(node("b").getMetadata().getUid()).isEqualTo(uid);
        assertThat(configMap("espalier-trust-bundle").getOrDefault("revoked", ""))
                .isBlank();
        // The next test's operator shall know of b again.
        faults.hideFromLists("");
        relist();
    }

    @Test
    @Tag("F-04")
    @Tag("CSR-06")
    void anOperatorThatIsKilledInTheMiddleLosesNoRequestAndSignsNoneTwice() {
        AgentAccount agentOfA = new AgentAccount(cluster.as(cluster.agentToken("a")));
        List<String> requests = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            requests.add(agentOfA.submit("a", SIGNER));
        }
        operator.kill();
        String meanwhile = newNode();
        long begun = System.nanoTime();

        anOperatorLeads();
        awaitNode(meanwhile);
        requests.forEach(request -> assertThat(agentOfA.outcome(request)).isEqualTo("Issued"));

        System.out.printf(
                "operator: converged %.1f s after it was started again, of which up to 20 are its predecessor's lease%n",
                (System.nanoTime() - begun) / 1e9);
        List<String> certificates = requests.stream()
                .map(request -> cluster.http()
                        .get(AgentAccount.REQUESTS + "/" + request)
                        .text("status", "certificate"))
                .toList();
        assertThat(new HashSet<>(certificates)).as("a certificate for each").hasSameSizeAs(requests);
        assertThat(configMap("espalier-issued-certificates")
                        .getOrDefault("a", "")
                        .lines()
                        .count())
                .as("at most one was written down and not handed out")
                .isBetween(6L, 6L + 8);
    }

    private void relist() {
        faults.forgetHistory();
        faults.dropWatches();
    }

    private String newNode() {
        String name = "node-" + ++nodes;
        cluster.node(name, nodes);
        return name;
    }

    private void awaitNode(String name) {
        await().until(() -> find(name) != null);
    }

    private @org.jspecify.annotations.Nullable IPSecNode find(String name) {
        return cluster.client().resources(IPSecNode.class).withName(name).get();
    }

    private IPSecNode node(String name) {
        return Objects.requireNonNull(find(name));
    }

    private Map<String, String> uids() {
        return cluster.client().resources(IPSecNode.class).list().getItems().stream()
                .collect(Collectors.toMap(
                        node -> node.getMetadata().getName(),
                        node -> node.getMetadata().getUid()));
    }

    private Map<String, String> configMap(String name) {
        ConfigMap map = cluster.client()
                .configMaps()
                .inNamespace(OperatorCluster.SYSTEM)
                .withName(name)
                .require();
        return Objects.requireNonNullElse(map.getData(), Map.of());
    }

    private void pod(int index, String node) {
        String address = "10.200." + index / 250 + "." + (1 + index % 250);
        String name = "pod-" + index;
        assertThat(cluster.http()
                        .post(
                                PODS,
                                "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"" + name
                                        + "\"},\"spec\":{\"nodeName\":\"" + node
                                        + "\",\"containers\":[{\"name\":\"main\",\"image\":\"app\"}]}}")
                        .code())
                .isEqualTo(201);
        assertThat(cluster.http()
                        .patch(
                                PODS + "/" + name + "/status",
                                dev.espalier.lab.probe.ProbeClient.MERGE,
                                "{\"status\":{\"phase\":\"Running\",\"podIPs\":[{\"ip\":\"" + address + "\"}]}}")
                        .code())
                .isEqualTo(200);
    }

    private static ConditionFactory await() {
        return org.awaitility.Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptionsMatching(e -> e instanceof io.fabric8.kubernetes.client.KubernetesClientException);
    }
}
