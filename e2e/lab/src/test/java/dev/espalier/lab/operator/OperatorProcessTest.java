package dev.espalier.lab.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.crds.v1alpha1.IPSecAuthority;
import dev.espalier.crds.v1alpha1.IPSecNode;
import dev.espalier.crds.v1alpha1.IPSecPolicy;
import dev.espalier.crds.v1alpha1.IPSecPolicyStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Operators as processes: how they lead, are stopped, wake up and end. */
@Tag("operator")
class OperatorProcessTest {
    private static final String SIGNER = "ipsec.espalier.dev/node";

    @SuppressWarnings("NullAway.Init") // before each test
    private OperatorCluster cluster;

    @BeforeEach
    void begin() {
        cluster = OperatorCluster.start();
        cluster.node("a", 1);
        cluster.node("b", 2);
    }

    @AfterEach
    void end() {
        cluster.close();
    }

    @Test
    @Tag("OPR-04")
    void anOperatorThatIsToldToEndGivesTheLeaseUpAndExitsWith0() {
        OperatorProcess first = cluster.operator("operator-1");
        cluster.awaitReady("a", "b");

        assertThat(first.terminate()).as(() -> first.log()).isZero();

        OperatorProcess second = cluster.operator("operator-2");
        await(Duration.ofSeconds(60)).until(() -> holder().startsWith("operator-2"));
        assertThat(second.isAlive()).isTrue();
    }

    @Test
    @Tag("OPR-04")
    @Tag("CSR-06")
    void aLeaderThatWasStoppedForAMinuteSignsNothingWhenItWakesUp() {
        OperatorProcess first = cluster.operator("operator-1");
        cluster.awaitReady("a", "b");
        await(Duration.ofSeconds(30)).until(() -> holder().startsWith("operator-1"));
        AgentAccount agent = new AgentAccount(cluster.as(cluster.agentToken("a")));
        assertThat(agent.outcome(agent.submit("a", SIGNER))).isEqualTo("Issued");
        OperatorProcess second = cluster.operator("operator-2");
        first.signal("STOP");
        // What the first would have signed, had it not been stopped.
        List<String> requests = new ArrayList<>(List.of(agent.submit("a", SIGNER), agent.submit("a", SIGNER)));
        await(Duration.ofSeconds(90)).until(() -> holder().startsWith("operator-2"));
        requests.forEach(request -> assertThat(agent.outcome(request)).isEqualTo("Issued"));
        first.signal("CONT");
        requests.add(agent.submit("a", SIGNER));
        requests.forEach(request -> assertThat(agent.outcome(request)).isEqualTo("Issued"));

        assertThat(first.awaitExit())
                .as("one that lost its lease ends, to be started again")
                .isNotZero();

        assertThat(holder()).startsWith("operator-2");
        assertThat(second.isAlive()).isTrue();
        List<String> serials = issuedSerials();
        assertThat(serials).as("one certificate for a request").hasSize(requests.size() + 1);
        assertThat(new HashSet<>(serials)).hasSameSizeAs(serials);
    }

    @Test
    @Tag("CSR-08")
    void aDeletedNodesCertificatesAreOnTheDenyListWithinTenSeconds() {
        cluster.operator("operator-1");
        cluster.awaitReady("a", "b");
        AgentAccount agent = new AgentAccount(cluster.as(cluster.agentToken("b")));
        assertThat(agent.outcome(agent.submit("b", SIGNER))).isEqualTo("Issued");
        String serial = issuedSerials().getFirst();

        cluster.client().nodes().withName("b").delete();

        await(Duration.ofSeconds(10)).until(() -> bundle("revoked").contains(serial));
        await(Duration.ofSeconds(10))
                .until(() -> cluster.client()
                                .resources(IPSecNode.class)
                                .withName("b")
                                .get()
                        == null);
        assertThat(events("CertificateRevoked")).anyMatch(message -> message.contains(serial));
    }

    @Test
    @Tag("CSR-06")
    void theEleventhCertificateWithinAnHourIsRefused() {
        cluster.operator("operator-1");
        cluster.awaitReady("a", "b");
        AgentAccount agent = new AgentAccount(cluster.as(cluster.agentToken("a")));
        List<String> requests = new ArrayList<>();
        for (int i = 0; i < 13; i++) {
            requests.add(agent.submit("a", SIGNER));
        }

        List<String> outcomes = requests.stream().map(agent::outcome).toList();

        assertThat(outcomes).filteredOn("Issued"::equals).hasSize(10);
        assertThat(outcomes)
                .filteredOn(outcome -> outcome.contains("RateLimited"))
                .hasSize(3);
        assertThat(events("CertificateIssued"))
                .hasSize(10)
                .allMatch(message -> message.contains("node a") && message.contains("in pod espalier-agent-a"));
    }

    @Test
    @Tag("CSR-10")
    void statusSaysHowAgentsAreKeptToTheirOwnNode() {
        cluster.operator("operator-1");
        cluster.awaitReady("a", "b");

        assertThat(Objects.requireNonNull(cluster.client()
                                .resources(IPSecAuthority.class)
                                .withName("cluster")
                                .get())
                        .getStatus()
                        .conditions())
                .anySatisfy(condition -> {
                    assertThat(condition.type()).isEqualTo("OwnStatusOnly");
                    assertThat(condition.status()).isEqualTo("True");
                    assertThat(condition.reason())
                            .isEqualTo(cluster.minorVersion() >= 30 ? "ValidatingAdmissionPolicy" : "Webhook");
                });
    }

    /** Each rule of the schema, broken by one policy. Where the API server does not see it, the operator does, and says so. */
    @Test
    @Tag("OPR-01")
    void whatBreaksARuleOfTheSchemaIsRefusedByTheApiServerOrElseByTheOperator() {
        cluster.operator("operator-1");
        cluster.awaitReady("a", "b");
        boolean evaluates = cluster.minorVersion() >= 25;
        Map<String, String> broken = Map.of(
                "permissive-bypass", "{\"action\":\"Bypass\",\"enforcement\":\"Permissive\"}",
                "no-esn", "{\"action\":\"Protect\",\"esp\":{\"esn\":false,\"lifetime\":{\"packets\":4294967296}}}",
                "short-child", "{\"action\":\"Protect\",\"esp\":{\"lifetime\":{\"time\":\"1s\"}}}",
                "short-ike", "{\"action\":\"Protect\",\"ike\":{\"lifetime\":\"1s\"}}",
                "long-dpd", "{\"action\":\"Protect\",\"ike\":{\"dpdInterval\":\"2h\"}}");

        broken.forEach((name, spec) -> assertThat(cluster.http()
                        .post(
                                "/apis/ipsec.espalier.dev/v1alpha1/ipsecpolicies",
                                "{\"apiVersion\":\"ipsec.espalier.dev/v1alpha1\",\"kind\":\"IPSecPolicy\",\"metadata\":{\"name\":\""
                                        + name + "\"},\"spec\":" + spec + "}")
                        .code())
                .as(name)
                .isEqualTo(evaluates ? 422 : 201));

        if (!evaluates) {
            broken.keySet()
                    .forEach(name -> await(Duration.ofSeconds(30))
                            .until(() -> accepted(name).startsWith("False ")));
        }
        await(Duration.ofSeconds(30))
                .until(() -> authorityCondition("SchemaRules")
                        .startsWith(evaluates ? "True ApiServer " : "False Operator "));
        assertThat(authorityCondition("SchemaRules")).contains("API server 1." + cluster.minorVersion());
    }

    /** An object with a finalizer of a dead operator could never be deleted, nor its namespace. */
    @Test
    @Tag("OPR-07")
    void nothingThatTheOperatorMakesHasAFinalizer() {
        cluster.operator("operator-1");
        cluster.awaitReady("a", "b");
        List<HasMetadata> made = new ArrayList<>();
        made.addAll(cluster.client().resources(IPSecNode.class).list().getItems());
        made.addAll(cluster.client().resources(IPSecAuthority.class).list().getItems());
        made.addAll(cluster.client()
                .configMaps()
                .inNamespace(OperatorCluster.SYSTEM)
                .list()
                .getItems());
        made.addAll(cluster.client()
                .secrets()
                .inNamespace(OperatorCluster.SYSTEM)
                .list()
                .getItems());

        assertThat(made)
                .hasSizeGreaterThan(4)
                .allSatisfy(object -> assertThat(object.getMetadata().getFinalizers())
                        .as(object.getMetadata().getName())
                        .isNullOrEmpty());
    }

    private String accepted(String policy) {
        IPSecPolicyStatus status = Objects.requireNonNull(cluster.client()
                        .resources(IPSecPolicy.class)
                        .withName(policy)
                        .get())
                .getStatus();
        return status == null
                ? ""
                : status.conditions().stream()
                        .filter(condition -> condition.type().equals("Accepted"))
                        .map(condition -> condition.status() + " " + condition.reason())
                        .collect(Collectors.joining());
    }

    private String authorityCondition(String type) {
        return Objects.requireNonNull(cluster.client()
                        .resources(IPSecAuthority.class)
                        .withName("cluster")
                        .get())
                .getStatus()
                .conditions()
                .stream()
                .filter(condition -> condition.type().equals(type))
                .map(condition -> condition.status() + " " + condition.reason() + " " + condition.message())
                .collect(Collectors.joining());
    }

    private String holder() {
        Lease lease = cluster.client()
                .leases()
                .inNamespace(OperatorCluster.SYSTEM)
                .withName("espalier-operator")
                .get();
        return lease == null ? "" : Objects.requireNonNullElse(lease.getSpec().getHolderIdentity(), "");
    }

    private List<String> issuedSerials() {
        List<String> serials = new ArrayList<>();
        Objects.requireNonNull(cluster.client()
                        .configMaps()
                        .inNamespace(OperatorCluster.SYSTEM)
                        .withName("espalier-issued-certificates")
                        .get())
                .getData()
                .values()
                .forEach(lines -> lines.lines().forEach(line -> serials.add(line.split(" ")[0])));
        return serials;
    }

    private String bundle(String key) {
        return Objects.requireNonNull(cluster.client()
                        .configMaps()
                        .inNamespace(OperatorCluster.SYSTEM)
                        .withName("espalier-trust-bundle")
                        .get())
                .getData()
                .getOrDefault(key, "");
    }

    private Set<String> events(String reason) {
        Set<String> messages = new HashSet<>();
        for (Event event :
                cluster.client().v1().events().inNamespace("default").list().getItems()) {
            if (reason.equals(event.getReason())) {
                messages.add(event.getMessage());
            }
        }
        return messages;
    }

    private static ConditionFactory await(Duration limit) {
        return org.awaitility.Awaitility.await().atMost(limit).pollInterval(Duration.ofMillis(200));
    }
}
