package dev.espalier.lab.probe;

import static dev.espalier.lab.probe.ProbeApi.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.LabApiConfig;
import dev.espalier.lab.api.LabApiServer;
import dev.espalier.lab.api.model.Json;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Lists and watches. */
@Tag("probe")
class WatchProbeTest {
    private final ProbeApi api = ProbeApi.get();
    private final ProbeClient client = api.admin();
    private String maps = "";

    @BeforeEach
    void namespace() {
        maps = "/api/v1/namespaces/" + api.namespace() + "/configmaps";
        // The controllers' own ConfigMap must not come in between.
        if (api.embedded().isPresent()) {
            org.awaitility.Awaitility.await()
                    .until(() -> client.get(maps + "/kube-root-ca.crt").code() == 200);
        }
    }

    @Test
    void watchFromAVersionGivesEverythingAfterItInOrder() throws IOException {
        String before = client.get(maps).version();
        client.post(maps, configMap("a", "k", "1"));
        client.patch(maps + "/a", ProbeClient.MERGE, "{\"data\":{\"k\":\"2\"}}");
        try (Watching watch = client.watch(maps + "?resourceVersion=" + before)) {
            assertThat(watch.next()).isEqualTo("ADDED a");
            assertThat(watch.next()).isEqualTo("MODIFIED a");
            client.delete(maps + "/a");
            ObjectNode deleted = watch.nextEvent("BOOKMARK");
            assertThat(Watching.describe(deleted)).isEqualTo("DELETED a");
            assertThat(Json.at(deleted, "object", "data", "k").asText()).isEqualTo("2");
            client.post(maps, configMap("b", "k", "1"));
            ObjectNode added = watch.nextEvent("BOOKMARK");
            assertThat(Long.parseLong(Json.textOrEmpty(added, "object", "metadata", "resourceVersion")))
                    .isGreaterThan(Long.parseLong(Json.textOrEmpty(deleted, "object", "metadata", "resourceVersion")));
        }
    }

    @Test
    void watchWithoutAVersionBeginsWithWhatIsThere() throws IOException {
        client.post(maps, configMap("a", "k", "1"));
        try (Watching watch = client.watch(maps + "?fieldSelector=metadata.name%3Da")) {
            assertThat(watch.next()).isEqualTo("ADDED a");
        }
    }

    @Test
    void objectThatComesToMatchIsAddedAndOneThatCeasesToIsDeleted() throws IOException {
        String before = client.get(maps).version();
        try (Watching watch = client.watch(maps + "?labelSelector=x%3D1&resourceVersion=" + before)) {
            client.post(maps, configMap("a", "k", "1"));
            client.patch(maps + "/a", ProbeClient.MERGE, "{\"metadata\":{\"labels\":{\"x\":\"1\"}}}");
            assertThat(watch.next()).isEqualTo("ADDED a");
            client.patch(maps + "/a", ProbeClient.MERGE, "{\"data\":{\"k\":\"2\"}}");
            assertThat(watch.next()).isEqualTo("MODIFIED a");
            client.patch(maps + "/a", ProbeClient.MERGE, "{\"metadata\":{\"labels\":{\"x\":\"2\"}}}");
            assertThat(watch.next()).isEqualTo("DELETED a");
        }
    }

    @Test
    void removalOfTheLastFinalizerIsSeenAsDeletion() throws IOException {
        client.post(maps, "{\"metadata\":{\"name\":\"a\",\"finalizers\":[\"probe.espalier.dev/f\"]}}");
        try (Watching watch =
                client.watch(maps + "?resourceVersion=" + client.get(maps).version())) {
            client.delete(maps + "/a");
            assertThat(watch.next()).isEqualTo("MODIFIED a");
            client.patch(maps + "/a", ProbeClient.MERGE, "{\"metadata\":{\"finalizers\":null}}");
            assertThat(watch.next()).isEqualTo("DELETED a");
        }
    }

    @Test
    void watchEndsAfterItsTime() throws IOException {
        try (Watching watch = client.watch(
                maps + "?timeoutSeconds=1&resourceVersion=" + client.get(maps).version())) {
            assertThat(watch.next()).isEqualTo("END ");
        }
    }

    @Test
    void versionThatIsTooOldIsExpiredInsideOfTheStream() throws IOException {
        assumeThat(api.embedded())
                .as("a real server that has just been made still has all of its history")
                .isPresent();
        try (Watching watch = client.watch(maps + "?resourceVersion=1")) {
            ObjectNode event = watch.nextEvent("BOOKMARK");
            assertThat(event.path("type").asText()).isEqualTo("ERROR");
            assertThat(watch.code()).isEqualTo(200);
            assertThat(Json.at(event, "object", "code").asInt()).isEqualTo(410);
            assertThat(Json.at(event, "object", "reason").asText()).isIn("Expired", "Gone");
            assertThat(watch.next()).isEqualTo("END ");
        }
    }

    @Test
    void bookmarksCarryAVersionToResumeFrom() throws IOException {
        assumeThat(api.embedded())
                .as("a real server waits a minute between bookmarks")
                .isPresent();
        try (Watching watch = client.watch(maps + "?allowWatchBookmarks=true&resourceVersion="
                + client.get(maps).version())) {
            ObjectNode bookmark = watch.nextEvent("");
            assertThat(bookmark.path("type").asText()).isEqualTo("BOOKMARK");
            assertThat(Json.at(bookmark, "object", "kind").asText()).isEqualTo("ConfigMap");
            String version = Json.textOrEmpty(bookmark, "object", "metadata", "resourceVersion");
            client.post(maps, configMap("a", "k", "1"));
            try (Watching resumed = client.watch(maps + "?resourceVersion=" + version)) {
                assertThat(resumed.next()).isEqualTo("ADDED a");
            }
        }
    }

    @Test
    void initialEventsEndWithAnAnnotatedBookmark() throws IOException {
        assumeThat(api.embedded())
                .as("WatchList is on by default from 1.34 only")
                .isPresent();
        client.post(maps, configMap("a", "k", "1"));
        try (Watching watch = client.watch(
                maps
                        + "?sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&fieldSelector=metadata.name%3Da")) {
            assertThat(watch.next()).isEqualTo("ADDED a");
            ObjectNode bookmark = watch.nextEvent("ADDED");
            assertThat(Json.at(bookmark, "object", "metadata", "annotations", "k8s.io/initial-events-end")
                            .asText())
                    .isEqualTo("true");
        }
    }

    @Test
    void listsCarryTheVersionToWatchFrom() {
        ProbeClient.Answer list = client.get(maps);
        assertThat(list.text("kind")).isEqualTo("ConfigMapList");
        assertThat(list.version()).matches("\\d+");
        assertThat(client.get(maps + "?resourceVersion=" + list.version() + "9").code())
                .isEqualTo(504);
    }

    @Test
    void listInChunksIsOneConsistentState() {
        for (int i = 0; i < 5; i++) {
            client.post(maps, "{\"metadata\":{\"name\":\"c" + i + "\",\"labels\":{\"n\":\"1\"}}}");
        }
        List<String> names = new ArrayList<>();
        ProbeClient.Answer chunk = client.get(maps + "?limit=2&labelSelector=n%3D1");
        names.addAll(Json.at(chunk.body(), "items").findValuesAsText("name"));
        client.post(maps, "{\"metadata\":{\"name\":\"c9\",\"labels\":{\"n\":\"1\"}}}");
        while (!chunk.text("metadata", "continue").isEmpty()) {
            chunk = client.get(maps + "?limit=2&labelSelector=n%3D1&continue=" + chunk.text("metadata", "continue"));
            chunk.body().path("items").forEach(item -> names.add(Json.textOrEmpty(item, "metadata", "name")));
        }
        assertThat(names)
                .contains("c0", "c1", "c2", "c3", "c4")
                .doesNotContain("c9")
                .doesNotHaveDuplicates();
    }

    @Test
    void labelSelectorsOfEveryKind() {
        client.post(maps, "{\"metadata\":{\"name\":\"a\",\"labels\":{\"x\":\"1\",\"p\":\"\"}}}");
        client.post(maps, "{\"metadata\":{\"name\":\"b\",\"labels\":{\"x\":\"2\",\"p\":\"\"}}}");
        client.post(maps, "{\"metadata\":{\"name\":\"c\",\"labels\":{\"p\":\"\"}}}");
        assertThat(select("p,x%3D1")).containsExactly("a");
        assertThat(select("p,x%3D%3D1")).containsExactly("a");
        assertThat(select("p,x!%3D1")).containsExactly("b", "c");
        assertThat(select("p,x%20in%20(1,2)")).containsExactly("a", "b");
        assertThat(select("p,x%20notin%20(1)")).containsExactly("b", "c");
        assertThat(select("p,!x")).containsExactly("c");
        assertThat(select("p,x%3E1")).containsExactly("b");
        assertThat(client.get(maps + "?labelSelector=%3D%3D").code()).isEqualTo(400);
    }

    @Test
    void fieldSelectorsThatAResourceOffersAndNoOthers() {
        String namespace = maps.split("/", -1)[4];
        String pods = "/api/v1/namespaces/" + namespace + "/pods";
        for (String node : List.of("n1", "n2")) {
            client.post(
                    pods,
                    "{\"metadata\":{\"name\":\"on-" + node + "\"},\"spec\":{\"nodeName\":\"" + node
                            + "\",\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}");
        }
        assertThat(names(client.get(pods + "?fieldSelector=spec.nodeName%3Dn1").body()))
                .containsExactly("on-n1");
        assertThat(names(client.get(pods + "?fieldSelector=spec.nodeName!%3Dn1,status.phase%3DPending")
                        .body()))
                .containsExactly("on-n2");
        assertThat(client.get(pods + "?fieldSelector=spec.dnsPolicy%3Dx").code())
                .isEqualTo(400);
        assertThat(client.get(maps + "?fieldSelector=data.k%3Dx").code()).isEqualTo(400);
    }

    @Test
    void restartedServerTakesNoOldVersionForItsOwn() throws IOException {
        try (LabApiServer first = LabApiServer.start(LabApiConfig.local());
                LabApiServer second = LabApiServer.start(LabApiConfig.local())) {
            String old = ProbeClient.of(Config.fromKubeconfig(first.admin().toYaml()))
                    .get("/api/v1/nodes")
                    .version();
            try (Watching watch = ProbeClient.of(
                            Config.fromKubeconfig(second.admin().toYaml()))
                    .watch("/api/v1/nodes?resourceVersion=" + old)) {
                assertThat(Json.at(watch.nextEvent("BOOKMARK"), "object", "code")
                                .asInt())
                        .isEqualTo(410);
            }
        }
    }

    private List<String> select(String selector) {
        return names(client.get(maps + "?labelSelector=" + selector).body());
    }

    private static List<String> names(JsonNode list) {
        List<String> names = new ArrayList<>();
        list.path("items").forEach(item -> names.add(Json.textOrEmpty(item, "metadata", "name")));
        return names;
    }
}
