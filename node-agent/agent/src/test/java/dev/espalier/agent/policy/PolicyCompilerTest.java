package dev.espalier.agent.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.agent.identity.PeerSecrets;
import dev.espalier.agent.kube.FileSource;
import dev.espalier.agent.kube.NodeView;
import dev.espalier.agent.kube.NodeViewSource;
import dev.espalier.ike.PeerConfig;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Golden files: a folder {@code policy/NAME/} with what the file source reads, and the plan of node {@code alpha} beside it in {@code plan.txt}. */
class PolicyCompilerTest {
    private static final List<Prefix> CLUSTER = List.of(Prefix.parse("10.80.0.0/12"));

    @ParameterizedTest
    @MethodSource("folders")
    @Tag("ESP-13")
    @Tag("IKE-39")
    void theFolderGivesItsPlan(String name) throws Exception {
        NodeView view = view(folder(name));
        PeerSecrets secrets = new PeerSecrets("alpha", folder(name).resolve("secrets"));

        NodePlan plan = new PolicyCompiler(CLUSTER).compile(view, secrets.read(view.externalPeers()));

        String text = PlanText.of(plan).replace(folder(name).toString(), "DIR");
        assertThat(text).isEqualTo(Files.readString(folder(name).resolve("plan.txt")));
    }

    @Test
    void theLexicallySmallerNameInitiates() throws Exception {
        NodePlan plan = new PolicyCompiler(List.of()).compile(view(folder("protect-all"), "gamma"));

        assertThat(plan.peers())
                .extracting(PeerConfig::name, PeerConfig::initiate)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("alpha", false),
                        org.assertj.core.groups.Tuple.tuple("beta", false));
    }

    @Test
    void equalViewsGiveEqualPlansAndHashes() throws Exception {
        NodeView view = view(folder("protect-all"));

        NodePlan one = new PolicyCompiler(CLUSTER).compile(view);
        NodePlan other = new PolicyCompiler(CLUSTER).compile(view);

        assertThat(one).isEqualTo(other);
        assertThat(one.hash()).isEqualTo(other.hash()).hasSize(16);
        assertThat(new PolicyCompiler(List.of()).compile(view).hash()).isNotEqualTo(one.hash());
    }

    @Test
    void theGatewayIsTheFirstAddressBehindTheNetwork() {
        assertThat(PolicyCompiler.gateway(Prefix.parse("10.81.0.0/24"))).isEqualTo(IpAddress.parse("10.81.0.1"));
        assertThat(PolicyCompiler.gateway(Prefix.parse("fd81::/64"))).isEqualTo(IpAddress.parse("fd81::1"));
        assertThat(PolicyCompiler.gateway(Prefix.parse("10.0.0.7/32"))).isEqualTo(IpAddress.parse("10.0.0.7"));
    }

    static Stream<String> folders() throws IOException, URISyntaxException {
        try (Stream<Path> entries = Files.list(folder(""))) {
            List<String> names =
                    entries.map(p -> p.getFileName().toString()).sorted().toList();
            assertThat(names).hasSizeGreaterThan(4);
            return names.stream();
        }
    }

    private static Path folder(String name) throws URISyntaxException {
        return Path.of(java.util.Objects.requireNonNull(PolicyCompilerTest.class.getResource("/policy"))
                        .toURI())
                .resolve(name);
    }

    private static NodeView view(Path folder) throws Exception {
        return view(folder, "alpha");
    }

    private static NodeView view(Path folder, String node) throws Exception {
        CompletableFuture<NodeView> view = new CompletableFuture<>();
        try (FileSource source = new FileSource(folder, node)) {
            source.start(new NodeViewSource.Listener() {
                @Override
                public void viewChanged(NodeView changed) {
                    view.complete(changed);
                }

                @Override
                public void problemsChanged(List<String> problems) {
                    view.completeExceptionally(new AssertionError(problems.toString()));
                }
            });
            return view.get(Duration.ofSeconds(10).toMillis(), TimeUnit.MILLISECONDS);
        }
    }
}
