package dev.espalier.agent.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileSourceTest {
    private static final String NODES = """
            apiVersion: v1
            kind: Node
            metadata: {name: alpha}
            spec: {podCIDRs: [10.81.0.0/24, "fd81::/64"]}
            status: {addresses: [{type: Hostname, address: alpha}, {type: InternalIP, address: 172.29.0.1}]}
            ---
            apiVersion: v1
            kind: Node
            metadata: {name: beta}
            spec: {podCIDRs: [10.82.0.0/24]}
            status: {addresses: [{type: InternalIP, address: 172.29.0.2}]}
            """;
    private static final String POLICY = """
            apiVersion: ipsec.espalier.dev/v1alpha1
            kind: IPSecPolicy
            metadata: {name: protect-all}
            spec: {action: Protect}
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private final Recorder recorder = new Recorder();

    private static final class Recorder implements NodeViewSource.Listener {
        private final List<NodeView> views = new CopyOnWriteArrayList<>();
        private volatile List<String> problems = List.of();

        @Override
        public void viewChanged(NodeView view) {
            views.add(view);
        }

        @Override
        public void problemsChanged(List<String> changed) {
            problems = changed;
        }
    }

    @BeforeEach
    void writeFolder() throws IOException {
        Files.writeString(folder.resolve("nodes.yaml"), NODES);
        Files.writeString(folder.resolve("policies.yml"), POLICY);
    }

    @Test
    void aFolderBecomesAView() {
        FileSource source = new FileSource(folder, "alpha");

        source.scan(recorder);

        NodeView view = recorder.views.getFirst();
        assertThat(view.own())
                .isEqualTo(new NodeEntry(
                        "alpha",
                        List.of(Prefix.parse("10.81.0.0/24"), Prefix.parse("fd81::/64")),
                        List.of(IpAddress.parse("172.29.0.1"))));
        assertThat(view.peers()).extracting(NodeEntry::name).containsExactly("beta");
        assertThat(view.policies().inForce()).hasSize(1);
        assertThat(recorder.problems).isEmpty();
    }

    @Test
    void anUnchangedFolderSaysNothingTwice() throws IOException {
        FileSource source = new FileSource(folder, "alpha");
        source.scan(recorder);

        Files.writeString(folder.resolve("policies.yml"), "# a comment changes nothing\n" + POLICY);
        source.scan(recorder);

        assertThat(recorder.views).hasSize(1);
    }

    @ParameterizedTest(name = "{3}")
    @Tag("F-33")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "kind: [|1|flow|broken YAML",
                "apiVersion: v1~kind: Secret~metadata: {name: x}|1|'v1 Secret' is none of|a kind that is not known",
                "apiVersion: v1~kind: Node~spec: {}|1|Node without metadata.name|no name",
                "~---~apiVersion: v1~kind: Node~metadata: {name: gamma}~spec: {podCIDRs: [10.83.0.0/99]}|6|not a CIDR: '10.83.0.0/99'|a bad CIDR",
                "apiVersion: v1~kind: Node~metadata: {name: gamma}~spec: {podCIDRs: [10.83.0.0/24]}|1|no address of type InternalIP|no address",
                "apiVersion: v1~kind: Node~metadata: {name: beta}~spec: {podCIDRs: [10.83.0.0/24]}~status: {addresses: [{type: InternalIP, address: 1.2.3.4}]}|1|Node 'beta' is already at|a second object of the same name",
                "apiVersion: ipsec.espalier.dev/v1alpha1~kind: IPSecPolicy~metadata: {name: x}~spec:~  action: Protekt|5|spec.action|a value that is not in the enum",
                "apiVersion: ipsec.espalier.dev/v1alpha1~kind: IPSecPolicy~metadata: {name: x}~spec:~  actoin: Protect|5|actoin|a misspelt field",
                "apiVersion: ipsec.espalier.dev/v1alpha1~kind: IPSecPolicy~metadata: {name: x}~spec: {ike: {lifetime: soon}}|1|spec.ike.lifetime|a value out of bounds",
            })
    void aBadDocumentIsNamedAndLeavesTheLastGoodState(String document, int line, String message, String what)
            throws IOException {
        FileSource source = new FileSource(folder, "alpha");
        source.scan(recorder);
        Path bad = folder.resolve("zz-bad.yaml");
        Files.writeString(bad, document.replace('~', '\n') + "\n");

        source.scan(recorder);

        assertThat(recorder.problems)
                .as(what)
                .singleElement()
                .asString()
                .startsWith(bad + ":" + line + ": ")
                .contains(message);
        assertThat(recorder.views).hasSize(1);
        Files.delete(bad);
        source.scan(recorder);
        assertThat(recorder.problems).isEmpty();
        assertThat(recorder.views).hasSize(1);
    }

    @Test
    void everyBadDocumentIsNamed() throws IOException {
        Files.writeString(folder.resolve("a.yaml"), "kind: A\n---\nkind: B\n");

        new FileSource(folder, "alpha").scan(recorder);

        assertThat(recorder.problems).hasSize(2);
        assertThat(recorder.views).isEmpty();
    }

    @Test
    void whatIsNotSupportedIsRefusedByNameAndHoldsUpNothingElse() throws IOException {
        Files.writeString(
                folder.resolve("transport.yaml"),
                POLICY.replace("protect-all", "transport").replace("{action: Protect}", "{mode: Transport}"));

        new FileSource(folder, "alpha").scan(recorder);

        NodeView view = recorder.views.getFirst();
        assertThat(view.policies().inForce()).extracting(p -> p.name()).containsExactly("protect-all");
        assertThat(view.policies().refused())
                .singleElement()
                .satisfies(r -> assertThat(r.verdict().message()).contains("spec.mode"));
    }

    @Test
    void aFolderWithoutThisNodeSaysSo() {
        new FileSource(folder, "omega").scan(recorder);

        assertThat(recorder.problems).singleElement().asString().contains("no file has a Node 'omega'");
    }

    @Test
    void aFolderThatIsNotThereSaysSo() {
        new FileSource(folder.resolve("nowhere"), "alpha").scan(recorder);

        assertThat(recorder.problems).singleElement().asString().contains("nowhere");
    }

    @Test
    void changesAreFollowed() throws IOException {
        try (FileSource source = new FileSource(folder, "alpha")) {
            source.start(recorder);
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> recorder.views.size() == 1);

            Files.delete(folder.resolve("policies.yml"));

            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> recorder.views.size() == 2);
            assertThat(recorder.views.getLast().policies().inForce()).isEmpty();
        }
    }
}
