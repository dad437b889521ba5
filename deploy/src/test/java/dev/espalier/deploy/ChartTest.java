package dev.espalier.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the chart makes of its values. */
class ChartTest {

    private static final Pattern METRIC = Pattern.compile("(espalier|reconciliations)_[a-z_]+[a-z]");

    @Test
    void helmFindsNothingToSayAboutTheChart() {
        LintResult result = new Helm(Chart.FOLDER).lint().strict().call();

        assertThat(result.isFailed()).as(result.getMessages().toString()).isFalse();
    }

    @Test
    void theDefaultPolicyIsPartOfTheReleaseAndCanBeLeftOut() {
        String whole = Chart.render(Chart.OLDEST, UnaryOperator.identity());
        String bare = Chart.render(Chart.OLDEST, c -> c.set("defaultPolicy.create", false));

        assertThat(Chart.object(whole, "IPSecPolicy", "default")
                        .at("/spec/action")
                        .asText())
                .isEqualTo("Protect");
        assertThat(Chart.objects(bare)).noneMatch(o -> o.path("kind").asText().equals("IPSecPolicy"));
    }

    @Test
    void valuesReachTheProcesses() {
        String yaml = Chart.render(
                Chart.OLDEST,
                c -> c.set("image.repository", "registry.example/espalier")
                        .set("image.tag", "9.9")
                        .set("operator.replicas", 1)
                        .set("operator.certificateLifetime", "PT30M")
                        .set("agent.crypto", "jdk")
                        .set("agent.mtu", 8900)
                        .set("agent.clusterCIDRs[0]", "10.244.0.0/16")
                        .set("agent.clusterCIDRs[1]", "fd00::/48"));
        JsonNode operator = Chart.object(yaml, "Deployment", "espalier-operator");
        JsonNode agent = Chart.container(Chart.object(yaml, "DaemonSet", "espalier-agent"));

        assertThat(operator.at("/spec/replicas").asInt()).isEqualTo(1);
        assertThat(Chart.env(Chart.container(operator), "ESPALIER_CERTIFICATE_LIFETIME"))
                .isEqualTo("PT30M");
        assertThat(agent.path("image").asText()).isEqualTo("registry.example/espalier:9.9");
        assertThat(Chart.env(agent, "ESPALIER_CRYPTO")).isEqualTo("jdk");
        assertThat(Chart.env(agent, "ESPALIER_MTU")).isEqualTo("8900");
        assertThat(Chart.env(agent, "ESPALIER_CLUSTER_CIDRS")).isEqualTo("10.244.0.0/16,fd00::/48");
    }

    @Test
    void theOperatorIsNoRootAndNeitherWritesToItsRoot() {
        String yaml = Chart.render(Chart.OLDEST, UnaryOperator.identity());
        JsonNode operator = Chart.object(yaml, "Deployment", "espalier-operator");
        JsonNode agent = Chart.object(yaml, "DaemonSet", "espalier-agent");

        assertThat(operator.at("/spec/template/spec/securityContext/runAsNonRoot")
                        .asBoolean())
                .isTrue();
        JsonNode security = Chart.container(operator).path("securityContext");
        assertThat(security.path("privileged").asBoolean()).isFalse();
        assertThat(security.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
        assertThat(security.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
        for (JsonNode container : Set.of(Chart.container(operator), Chart.container(agent))) {
            assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean())
                    .isTrue();
        }
    }

    @Test
    void theNodesPluginIsInstalledByAgentsUnlessSomebodyElseDoes() {
        String chained =
                Chart.render(Chart.OLDEST, c -> c.set("cni.mode", "chained").set("cni.binDir", "/home/kubernetes/bin"));
        JsonNode none = Chart.object(
                Chart.render(Chart.OLDEST, c -> c.set("cni.install", false)), "DaemonSet", "espalier-agent");

        assertThat(Chart.env(
                        Chart.container(Chart.object(chained, "DaemonSet", "espalier-agent")), "ESPALIER_CNI_MODE"))
                .isEqualTo("chained");
        assertThat(chained).contains("hostPath: {path: /home/kubernetes/bin");
        assertThat(none.toString()).doesNotContain("/host/cni").doesNotContain("ESPALIER_CNI");
    }

    @Test
    void secretsOfPeersAreMountedReadOnlyForRootAlone() {
        JsonNode agent = Chart.object(
                Chart.render(
                        Chart.OLDEST,
                        c -> c.set("agent.peerSecrets[0]", "branch").set("agent.peerSecrets[1]", "hub.example")),
                "DaemonSet",
                "espalier-agent");
        JsonNode mount = named(Chart.container(agent).path("volumeMounts"), "peer-secrets");
        JsonNode volume =
                named(agent.at("/spec/template/spec/volumes"), "peer-secrets").path("projected");

        assertThat(mount.path("mountPath").asText()).isEqualTo("/etc/espalier/secrets");
        assertThat(mount.path("readOnly").asBoolean()).isTrue();
        assertThat(volume.path("defaultMode").asInt()).isEqualTo(0400);
        assertThat(volume.at("/sources/0/secret").toString())
                .isEqualTo("{\"name\":\"branch\",\"optional\":true,\"items\":["
                        + "{\"key\":\"psk\",\"path\":\"branch/psk\"},"
                        + "{\"key\":\"tls.crt\",\"path\":\"branch/tls.crt\"},"
                        + "{\"key\":\"tls.key\",\"path\":\"branch/tls.key\"}]}");
        assertThat(volume.at("/sources/1/secret/items/0/path").asText()).isEqualTo("hub.example/psk");
        assertThat(Chart.render(Chart.OLDEST, UnaryOperator.identity())).doesNotContain("peer-secrets");
    }

    @Test
    @Tag("F-02")
    void aNewAgentStartsBesideTheOldOneWhereADaemonSetCanDoSo() {
        JsonNode before = Chart.object(Chart.render("1.24.17", values -> values), "DaemonSet", "espalier-agent");
        JsonNode since = Chart.object(Chart.render("1.25.0", values -> values), "DaemonSet", "espalier-agent");

        assertThat(before.at("/spec/updateStrategy/rollingUpdate").toString()).isEqualTo("{\"maxUnavailable\":1}");
        assertThat(before.at("/spec/template/spec/containers/0/ports")).hasSize(1);
        assertThat(before.toString()).doesNotContain("ESPALIER_HANDOVER_WAIT");
        assertThat(since.at("/spec/updateStrategy/rollingUpdate").toString())
                .isEqualTo("{\"maxSurge\":1,\"maxUnavailable\":0}");
        JsonNode agent = since.at("/spec/template/spec/containers/0");
        // In the host's network a declared port is taken on the node: two of these pods would not fit.
        assertThat(agent.path("ports").isMissingNode()).isTrue();
        assertThat(agent.at("/readinessProbe/exec/command").toString()).isEqualTo("[\"test\",\"-e\",\"/tmp/ready\"]");
        assertThat(agent.at("/livenessProbe/httpGet/port").asInt()).isEqualTo(9464);
        assertThat(agent.path("env").toString()).contains("ESPALIER_HANDOVER_WAIT", "/tmp/ready");
        String monitored = Chart.render("1.25.0", values -> values.set("metrics.podMonitor", true));
        assertThat(Chart.object(monitored, "Service", "espalier-agent-metrics")
                        .at("/spec/ports/0/targetPort")
                        .asInt())
                .isEqualTo(9464);
        assertThat(Chart.object(monitored, "PodMonitor", "espalier-agent").toString())
                .contains("${1}:9464")
                .contains("targetLabel\":\"node");
    }

    @Test
    void nodesAreFreedBeforeTheReleaseIsDeletedByAnAccountThatMayDoNothingElse() {
        String yaml = Chart.render(
                Chart.OLDEST, c -> c.set("uninstall.timeout", "PT90S").set("uninstall.plain", true));
        JsonNode job = Chart.object(yaml, "Job", "espalier-uninstall");
        JsonNode role = Chart.object(yaml, "Role", "espalier-uninstall");

        assertThat(Chart.container(job).path("command").toString()).contains("uninstall", "PT90S");
        assertThat(role.at("/rules/0/resourceNames").toString()).isEqualTo("[\"espalier-agent\"]");
        assertThat(role.path("rules")).hasSize(2);
        // Hooks are not among the objects of a release.
        assertThat(Chart.render(Chart.OLDEST, UnaryOperator.identity())).doesNotContain("espalier-uninstall");
    }

    @Test
    void admissionRulesAreThereWhereTheServerKnowsThem() {
        String old = Chart.render("1.29.0", UnaryOperator.identity());
        String recent = Chart.render("1.30.0", UnaryOperator.identity());

        assertThat(kinds(old))
                .doesNotContainKey("ValidatingAdmissionPolicy")
                .containsKey("ValidatingWebhookConfiguration");
        assertThat(kinds(recent))
                .containsKeys("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding")
                .doesNotContainKey("ValidatingWebhookConfiguration");
    }

    @Test
    void monitoringIsByChoice() {
        assertThat(kinds(Chart.render(Chart.OLDEST, UnaryOperator.identity())))
                .doesNotContainKeys("PodMonitor", "PrometheusRule");
        Map<String, Long> all = kinds(Chart.render(
                Chart.OLDEST,
                c -> c.set("metrics.podMonitor", true)
                        .set("metrics.prometheusRule", true)
                        .set("metrics.dashboard", true)
                        .set("metrics.labels.release", "prometheus")));

        assertThat(all).containsEntry("PodMonitor", 2L).containsEntry("PrometheusRule", 1L);
    }

    @Test
    void alertsAndDashboardNameOnlyMetricsThatAreDocumented() throws IOException {
        Set<String> used = new TreeSet<>();
        for (String file : Set.of("alerts.yaml", "dashboard.json")) {
            used.addAll(metrics(Files.readString(Chart.FOLDER.resolve("files").resolve(file))));
        }
        new ObjectMapper().readTree(Chart.FOLDER.resolve("files/dashboard.json").toFile());

        assertThat(metrics(Files.readString(Chart.ROOT.resolve("docs/metrics.md"))))
                .containsAll(used);
    }

    @ParameterizedTest
    @CsvSource({
        "operator.replica, 2",
        "agent.crypto, none",
        "agent.mtu, 500",
        "operator.certificateLifetime, forever",
        "defaultPolicy.spec.action, Encrypt",
        "agent.clusterCIDRs[0], 10.0.0.0",
        "agent.peerSecrets[0], ../etc"
    })
    void aValueThatMeansNothingIsRefusedByName(String name, String value) {
        String field = name.replaceAll(".*\\.|\\[\\d+]", "");

        assertThatThrownBy(() -> Chart.render(Chart.OLDEST, c -> c.set(name, value)))
                .hasMessageContaining(field);
    }

    @Test
    void anotherNamespaceIsRefused() {
        assertThatThrownBy(() -> new Helm(Chart.FOLDER)
                        .template()
                        .withNamespace("default")
                        .withKubeVersion(Chart.OLDEST)
                        .call())
                .hasMessageContaining("--namespace espalier-system");
    }

    private static JsonNode named(JsonNode list, String name) {
        return StreamSupport.stream(list.spliterator(), false)
                .filter(entry -> entry.path("name").asText().equals(name))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no " + name + " in " + list));
    }

    private static Map<String, Long> kinds(String yaml) {
        return Chart.objects(yaml).stream()
                .collect(Collectors.groupingBy(o -> o.path("kind").asText(), Collectors.counting()));
    }

    private static Set<String> metrics(String text) {
        return METRIC.matcher(text)
                .results()
                .map(r -> r.group().replaceAll("_total$", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
