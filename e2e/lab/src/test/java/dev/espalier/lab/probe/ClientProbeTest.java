package dev.espalier.lab.probe;

import static dev.espalier.lab.probe.ProbeApi.configMap;
import static dev.espalier.lab.probe.ProbeApi.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.espalier.lab.api.LabApiConfig;
import dev.espalier.lab.api.LabApiServer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElector;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The client that the operator and the agents use, as they use it. */
@Tag("probe")
class ClientProbeTest {
    private final ProbeApi api = ProbeApi.get();
    private final ProbeClient raw = api.admin();

    @Test
    void informerFollowsAddsChangesAndDeletions() {
        String namespace = api.namespace();
        String maps = "/api/v1/namespaces/" + namespace + "/configmaps";
        raw.post(maps, configMap("before", "k", "1"));
        Seen seen = new Seen();
        try (SharedIndexInformer<ConfigMap> informer =
                api.fabric8().configMaps().inNamespace(namespace).inform(seen)) {
            soon().until(() -> seen.events.contains("added before"));
            raw.post(maps, configMap("a", "k", "1"));
            raw.patch(maps + "/a", ProbeClient.MERGE, "{\"data\":{\"k\":\"2\"}}");
            raw.delete(maps + "/a");
            soon().until(() -> seen.events.contains("deleted a"));
            assertThat(seen.events).containsSubsequence("added a", "updated a", "deleted a");
            assertThat(informer.isWatching()).isTrue();
        }
    }

    @Test
    void informerIsWholeAgainAfterDroppedWatchesAndForgottenHistory() {
        assumeThat(api.embedded()).as("faults are ours to make").isPresent();
        LabApiServer server = api.embedded().orElseThrow();
        String namespace = api.namespace();
        String maps = "/api/v1/namespaces/" + namespace + "/configmaps";
        raw.post(maps, configMap("gone", "k", "1"));
        Seen seen = new Seen();
        try (SharedIndexInformer<ConfigMap> informer =
                api.fabric8().configMaps().inNamespace(namespace).inform(seen)) {
            soon().until(() -> seen.events.contains("added gone"));
            server.faults().dropWatches();
            raw.delete(maps + "/gone");
            raw.post(maps, configMap("late", "k", "1"));
            server.faults().forgetHistory();
            soon().until(() -> seen.events.contains("added late") && seen.events.contains("deleted gone"));
            assertThat(informer.getStore().getByKey(namespace + "/gone")).isNull();
        }
    }

    @Test
    void informerSurvivesARestartOfTheServer() throws IOException {
        java.nio.file.Path folder = java.nio.file.Files.createTempDirectory("espalier-probe");
        LabApiServer first = LabApiServer.start(LabApiConfig.local().withStateFolder(folder));
        int port = java.net.URI.create(first.url()).getPort();
        Config config = new ConfigBuilder(Config.fromKubeconfig(first.admin().toYaml()))
                .withWatchReconnectInterval(100)
                .build();
        Seen seen = new Seen();
        try (KubernetesClient client =
                new KubernetesClientBuilder().withConfig(config).build()) {
            client.configMaps().inNamespace("default").resource(named("old")).create();
            try (SharedIndexInformer<ConfigMap> informer =
                    client.configMaps().inNamespace("default").inform(seen)) {
                soon().until(() -> seen.events.contains("added old"));
                first.close();
                try (LabApiServer second = LabApiServer.start(LabApiConfig.local()
                        .withStateFolder(folder)
                        .withListen(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)))) {
                    ProbeClient.of(Config.fromKubeconfig(second.admin().toYaml()))
                            .post("/api/v1/namespaces/default/configmaps", configMap("new", "k", "1"));
                    soon().until(() -> seen.events.contains("added new") && seen.events.contains("deleted old"));
                    assertThat(informer.getStore().getByKey("default/old")).isNull();
                }
            }
        }
    }

    @Test
    void leadershipIsTakenAtOnceAndPassesOnWhenReleased() {
        String namespace = api.namespace();
        Queue<String> leaders = new ConcurrentLinkedQueue<>();
        LeaderElector first = elector(namespace, "one", leaders);
        long started = System.nanoTime();
        var firstRun = first.start();
        soon().until(() -> leaders.contains("one"));
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(5));
        LeaderElector second = elector(namespace, "two", leaders);
        var secondRun = second.start();
        assertThat(leaders).containsExactly("one");
        firstRun.cancel(true);
        soon().until(() -> leaders.contains("two"));
        secondRun.cancel(true);
    }

    @Test
    void clientAppliesEditsAndPatchesStatus() {
        String name = unique("w");
        var widgets = api.fabric8().genericKubernetesResources("probe.espalier.dev/v1", "Widget");
        GenericKubernetesResource widget = new GenericKubernetesResource();
        widget.setApiVersion("probe.espalier.dev/v1");
        widget.setKind("Widget");
        widget.setMetadata(new io.fabric8.kubernetes.api.model.ObjectMetaBuilder()
                .withName(name)
                .addToFinalizers("probe.espalier.dev/f")
                .build());
        widget.setAdditionalProperties(Map.of("spec", Map.of("size", 4)));
        GenericKubernetesResource applied = widgets.resource(widget)
                .patch(new PatchContext.Builder()
                        .withPatchType(PatchType.SERVER_SIDE_APPLY)
                        .withFieldManager("op")
                        .withForce(true)
                        .build());
        assertThat(applied.<Integer>get("spec", "size")).isEqualTo(4);

        GenericKubernetesResource status = widgets.withName(name).editStatus(current -> {
            current.setAdditionalProperty("status", Map.of("phase", "Up"));
            return current;
        });
        assertThat(status.<String>get("status", "phase")).isEqualTo("Up");
        widgets.withName(name).delete();
        GenericKubernetesResource last = widgets.withName(name).edit(current -> {
            current.getMetadata().setFinalizers(java.util.List.of());
            return current;
        });
        assertThat(last.getMetadata().getName()).isEqualTo(name);
        soon().until(() -> widgets.withName(name).get() == null);
    }

    @Test
    void unavailableServerIsRetriedByTheClient() {
        assumeThat(api.embedded()).as("faults are ours to make").isPresent();
        Config patient = new ConfigBuilder(api.config())
                .withRequestRetryBackoffLimit(5)
                .withRequestRetryBackoffInterval(20)
                .build();
        try (KubernetesClient client =
                new KubernetesClientBuilder().withConfig(patient).build()) {
            assertThat(client.namespaces().withName("default").get()).isNotNull();
            api.embedded().orElseThrow().faults().failNext(2);
            assertThat(client.namespaces().withName("default").get()).isNotNull();
        }
    }

    @Test
    void faultsAreForAdministratorsAndNamed() {
        assumeThat(api.embedded()).as("faults are ours to make").isPresent();
        assertThat(raw.post("/lab/faults", "{\"failNext\":1}").code()).isEqualTo(200);
        ProbeClient.Answer failed = raw.get("/api/v1/nodes");
        assertThat(failed.code()).isEqualTo(503);
        assertThat(failed.reason()).isEqualTo("ServiceUnavailable");
        assertThat(raw.get("/api/v1/nodes").code()).isEqualTo(200);
        assertThat(raw.post("/lab/faults", "{\"gremlins\":1}").code()).isEqualTo(400);
        assertThat(api.as(null).post("/lab/faults", "{\"failNext\":1}").code()).isEqualTo(403);
        raw.post("/lab/faults", "{\"latencyMillis\":300}");
        long started = System.nanoTime();
        raw.get("/version");
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isGreaterThan(Duration.ofMillis(300));
        raw.post("/lab/faults", "{\"latencyMillis\":0}");
    }

    private LeaderElector elector(String namespace, String identity, Queue<String> leaders) {
        return api.fabric8()
                .leaderElector()
                .withConfig(new LeaderElectionConfigBuilder()
                        .withName("probe")
                        .withReleaseOnCancel(true)
                        .withLock(new LeaseLock(namespace, "probe", identity))
                        .withLeaseDuration(Duration.ofSeconds(4))
                        .withRenewDeadline(Duration.ofSeconds(3))
                        .withRetryPeriod(Duration.ofMillis(200))
                        .withLeaderCallbacks(new LeaderCallbacks(() -> leaders.add(identity), () -> {}, leader -> {}))
                        .build())
                .build();
    }

    private static ConfigMap named(String name) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .build();
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(20));
    }

    private static final class Seen implements ResourceEventHandler<ConfigMap> {
        private final Queue<String> events = new ConcurrentLinkedQueue<>();

        @Override
        public void onAdd(ConfigMap object) {
            events.add("added " + object.getMetadata().getName());
        }

        @Override
        public void onUpdate(ConfigMap before, ConfigMap after) {
            events.add("updated " + after.getMetadata().getName());
        }

        @Override
        public void onDelete(ConfigMap object, boolean unknown) {
            events.add("deleted " + object.getMetadata().getName());
        }
    }
}
