package dev.espalier.lab.probe;

import static dev.espalier.lab.probe.ProbeApi.unique;
import static dev.espalier.lab.probe.ProbeApi.widget;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.espalier.lab.api.Kubeconfig;
import dev.espalier.lab.shell.Shell;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kubectl as people use it; skipped where there is no kubectl. */
@Tag("probe")
class KubectlProbeTest {
    private final ProbeApi api = ProbeApi.get();

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void kubeconfig() throws IOException {
        boolean present = Files.isExecutable(Path.of("/usr/bin/kubectl"))
                || Files.isExecutable(Path.of("/usr/local/bin/kubectl"));
        assumeThat(present).as("kubectl is installed").isTrue();
        Config config = api.config();
        assumeThat(config.getAutoOAuthToken())
                .as("the probes' user has a token")
                .isNotNull();
        String authority = new String(
                Base64.getDecoder().decode(config.getCaCertData()), java.nio.charset.StandardCharsets.US_ASCII);
        new Kubeconfig(config.getMasterUrl(), authority, "probe", config.getAutoOAuthToken())
                .write(folder.resolve("kubeconfig"));
    }

    @Test
    void applyGetDescribeDeleteOfACustomResource() {
        String name = unique("w");
        String manifest = widget(name, "{\"size\":4}");
        assertThat(kubectl(manifest, "apply", "-f", "-").out())
                .contains("widget.probe.espalier.dev/" + name + " created");
        assertThat(kubectl(manifest, "apply", "-f", "-").out()).contains("unchanged");
        assertThat(kubectl(widget(name, "{\"size\":5}"), "apply", "-f", "-").out())
                .contains("configured");
        assertThat(kubectl("", "get", "xwidget", name, "--no-headers").out()).matches("(?s)" + name + " +5 .*");
        assertThat(kubectl("", "get", "widgets").out()).contains("NAME", "SIZE", "READY", "AGE");
        assertThat(kubectl("", "describe", "widget", name).out()).contains("Size:  5");
        assertThat(kubectl("", "get", "widget", name, "-o", "jsonpath={.spec.size}")
                        .out())
                .isEqualTo("5");
        assertThat(kubectl("", "label", "widget", name, "a=b").ok()).isTrue();
        assertThat(kubectl("", "delete", "widget", name).out()).contains("deleted");
    }

    @Test
    void serverSideApplyAndItsConflict() {
        String name = unique("w");
        assertThat(kubectl(widget(name, "{\"size\":4}"), "apply", "--server-side", "--field-manager=one", "-f", "-")
                        .out())
                .contains("serverside-applied");
        Shell.Result conflict =
                kubectl(widget(name, "{\"size\":5}"), "apply", "--server-side", "--field-manager=two", "-f", "-");
        assertThat(conflict.ok()).isFalse();
        assertThat(conflict.err()).contains("conflict with \"one\"", ".spec.size");
        assertThat(kubectl(
                                widget(name, "{\"size\":5}"),
                                "apply",
                                "--server-side",
                                "--force-conflicts",
                                "--field-manager=two",
                                "-f",
                                "-")
                        .ok())
                .isTrue();
    }

    @Test
    void invalidAndMisspelledFieldsAreRefusedBeforeTheyDoHarm() {
        Shell.Result invalid = kubectl(widget(unique("w"), "{\"size\":99}"), "apply", "-f", "-");
        assertThat(invalid.ok()).isFalse();
        assertThat(invalid.err()).contains("spec.size");
        Shell.Result misspelled = kubectl(widget(unique("w"), "{\"sise\":4}"), "apply", "-f", "-");
        assertThat(misspelled.ok()).isFalse();
        assertThat(misspelled.err()).contains("sise");
    }

    @Test
    void builtInResourcesAreAppliedInBothWays() {
        String namespace = api.namespace();
        String deployment =
                "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"d\",\"namespace\":\""
                        + namespace + "\"},\"spec\":{\"selector\":{\"matchLabels\":{\"a\":\"b\"}},"
                        + "\"template\":{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"%s\"}]}}}}";
        assertThat(kubectl(deployment.formatted("one"), "apply", "-f", "-").out())
                .contains("created");
        assertThat(kubectl(deployment.formatted("two"), "apply", "-f", "-").out())
                .contains("configured");
        assertThat(kubectl(
                                "",
                                "-n",
                                namespace,
                                "get",
                                "deployment",
                                "d",
                                "-o",
                                "jsonpath={.spec.template.spec.containers[*].image}")
                        .out())
                .isEqualTo("two");
        assertThat(kubectl(deployment.formatted("three"), "apply", "--server-side", "--force-conflicts", "-f", "-")
                        .ok())
                .isTrue();
    }

    @Test
    void explainShowsTheSchemasWords() {
        assumeThat(api.isAtLeast(27)).as("/openapi/v3 is served").isTrue();
        Shell.Result explained = kubectl("", "explain", "widget.spec");
        assertThat(explained.out()).contains("What is wanted.", "size", "How big.");
    }

    @Test
    void watchPrintsWhatHappens() {
        String name = unique("w");
        kubectl(widget(name, "{\"size\":4}"), "apply", "-f", "-");
        List<String> command = new ArrayList<>(List.of("timeout", "3"));
        command.addAll(command("get", "widget", name, "-w", "--no-headers"));
        Thread change = Thread.ofVirtual().start(() -> {
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000_000L);
            api.admin().patch(ProbeApi.WIDGETS + "/" + name, ProbeClient.MERGE, "{\"spec\":{\"size\":8}}");
        });
        Shell.Result watched = Shell.attempt(command, environment(), "");
        assertThat(change.isAlive()).isFalse();
        assertThat(watched.out()).matches("(?s)" + name + " +4 .*\n" + name + " +8 .*");
    }

    private Shell.Result kubectl(String input, String... arguments) {
        return Shell.attempt(command(arguments), environment(), input);
    }

    private List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "kubectl",
                "--kubeconfig",
                folder.resolve("kubeconfig").toString(),
                "--cache-dir",
                folder.resolve("cache").toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private Map<String, String> environment() {
        return Map.of("HOME", folder.toString());
    }
}
