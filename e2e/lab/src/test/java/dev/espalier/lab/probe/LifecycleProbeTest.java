package dev.espalier.lab.probe;

import static dev.espalier.lab.probe.ProbeApi.WIDGETS;
import static dev.espalier.lab.probe.ProbeApi.configMap;
import static dev.espalier.lab.probe.ProbeApi.unique;
import static dev.espalier.lab.probe.ProbeApi.widget;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.espalier.lab.api.model.Json;
import java.time.Duration;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How objects end. */
@Tag("probe")
class LifecycleProbeTest {
    private static final String FINALIZER = "probe.espalier.dev/f";

    private final ProbeApi api = ProbeApi.get();
    private final ProbeClient client = api.admin();
    private final String name = unique("w");
    private final String path = WIDGETS + "/" + name;

    @Test
    void deletedObjectIsGoneAndTheAnswerSaysWhich() {
        String uid = client.post(WIDGETS, widget(name, "{}")).text("metadata", "uid");
        ProbeClient.Answer deleted = client.delete(path);
        assertThat(deleted.text("kind")).isEqualTo("Status");
        assertThat(deleted.text("status")).isEqualTo("Success");
        assertThat(deleted.text("details", "uid")).isEqualTo(uid);
        assertThat(client.get(path).reason()).isEqualTo("NotFound");
        assertThat(client.delete(path).code()).isEqualTo(404);
    }

    @Test
    void finalizerHoldsADeletedObjectAndItsRemovalAnswersWithTheWholeObject() {
        createWithFinalizer();
        ProbeClient.Answer marked = client.delete(path);
        assertThat(marked.text("kind")).isEqualTo("Widget");
        assertThat(marked.text("metadata", "deletionTimestamp")).isNotEmpty();
        assertThat(marked.text("metadata", "generation")).isEqualTo("2");
        assertThat(client.get(path).code()).isEqualTo(200);

        ProbeClient.Answer more = client.patch(
                path,
                ProbeClient.MERGE,
                "{\"metadata\":{\"finalizers\":[\"" + FINALIZER + "\",\"probe.espalier.dev/g\"]}}");
        assertThat(more.code()).as("no new finalizer on a deleted object").isEqualTo(422);

        ProbeClient.Answer last =
                client.patch(path, ProbeClient.JSON_PATCH, "[{\"op\":\"remove\",\"path\":\"/metadata/finalizers\"}]");
        assertThat(last.code()).isEqualTo(200);
        assertThat(last.text("metadata", "name")).isEqualTo(name);
        assertThat(last.text("spec", "size")).isEqualTo("3");
        assertThat(client.get(path).code()).isEqualTo(404);
    }

    @Test
    void deletingAgainChangesNothing() {
        createWithFinalizer();
        String first = client.delete(path).version();
        client.delete(path);
        assertThat(client.get(path).version()).isEqualTo(first);
        client.patch(path, ProbeClient.MERGE, "{\"metadata\":{\"finalizers\":null}}");
    }

    @Test
    void preconditionsGuardADeletion() {
        ProbeClient.Answer made = client.post(WIDGETS, widget(name, "{}"));
        assertThat(client.delete(path, "{\"preconditions\":{\"uid\":\"other\"}}")
                        .code())
                .isEqualTo(409);
        assertThat(client.delete(path, "{\"preconditions\":{\"resourceVersion\":\"1\"}}")
                        .code())
                .isEqualTo(409);
        assertThat(client.delete(path, "{\"preconditions\":{\"uid\":\"" + made.text("metadata", "uid") + "\"}}")
                        .code())
                .isEqualTo(200);
    }

    @Test
    void collectionIsDeletedBySelector() {
        String maps = "/api/v1/namespaces/" + api.namespace() + "/configmaps";
        client.post(maps, "{\"metadata\":{\"name\":\"a\",\"labels\":{\"x\":\"1\"}}}");
        client.post(maps, "{\"metadata\":{\"name\":\"b\",\"labels\":{\"x\":\"2\"}}}");
        assertThat(client.delete(maps + "?labelSelector=x%3D1").code()).isEqualTo(200);
        assertThat(client.get(maps + "/a").code()).isEqualTo(404);
        assertThat(client.get(maps + "/b").code()).isEqualTo(200);
    }

    @Test
    void dependentsFollowTheirOwner() {
        assumeThat(api.hasControllers()).isTrue();
        String maps = "/api/v1/namespaces/" + api.namespace() + "/configmaps";
        String uid = client.post(WIDGETS, widget(name, "{}")).text("metadata", "uid");
        client.post(maps, owned("a", uid));
        client.delete(path);
        soon().until(() -> client.get(maps + "/a").code() == 404);
    }

    @Test
    void orphanedDependentsStay() {
        assumeThat(api.hasControllers()).isTrue();
        String maps = "/api/v1/namespaces/" + api.namespace() + "/configmaps";
        String uid = client.post(WIDGETS, widget(name, "{}")).text("metadata", "uid");
        client.post(maps, owned("a", uid));
        client.delete(path, "{\"propagationPolicy\":\"Orphan\"}");
        soon().until(() -> client.get(path).code() == 404);
        assertThat(Json.at(client.get(maps + "/a").body(), "metadata", "ownerReferences")
                        .size())
                .isZero();
    }

    @Test
    void foregroundDeletionWaitsForBlockingDependents() {
        assumeThat(api.hasControllers()).isTrue();
        String maps = "/api/v1/namespaces/" + api.namespace() + "/configmaps";
        String uid = client.post(WIDGETS, widget(name, "{}")).text("metadata", "uid");
        client.post(
                maps,
                owned("a", uid).replace("\"name\":\"a\"", "\"name\":\"a\",\"finalizers\":[\"" + FINALIZER + "\"]"));
        client.delete(path, "{\"propagationPolicy\":\"Foreground\"}");
        soon().until(() ->
                !client.get(maps + "/a").text("metadata", "deletionTimestamp").isEmpty());
        assertThat(Json.texts(Json.at(client.get(path).body(), "metadata", "finalizers")))
                .contains("foregroundDeletion");
        client.patch(maps + "/a", ProbeClient.MERGE, "{\"metadata\":{\"finalizers\":null}}");
        soon().until(() -> client.get(path).code() == 404);
    }

    @Test
    void ownerReferenceWithAnotherUidIsNoOwner() {
        assumeThat(api.hasControllers()).isTrue();
        String maps = "/api/v1/namespaces/" + api.namespace() + "/configmaps";
        client.post(WIDGETS, widget(name, "{}"));
        client.post(maps, owned("a", "11111111-2222-3333-4444-555555555555"));
        soon().until(() -> client.get(maps + "/a").code() == 404);
    }

    @Test
    void namespaceTakesItsContentsAlongAndTakesNoMore() {
        assumeThat(api.hasControllers()).isTrue();
        String namespace = api.namespace();
        String maps = "/api/v1/namespaces/" + namespace + "/configmaps";
        client.post(maps, "{\"metadata\":{\"name\":\"a\",\"finalizers\":[\"" + FINALIZER + "\"]}}");
        ProbeClient.Answer ending = client.delete("/api/v1/namespaces/" + namespace);
        assertThat(ending.text("status", "phase")).isEqualTo("Terminating");
        assertThat(client.post(maps, configMap("b", "k", "v")).code()).isEqualTo(403);
        soon().until(() ->
                !client.get(maps + "/a").text("metadata", "deletionTimestamp").isEmpty());
        assertThat(client.get("/api/v1/namespaces/" + namespace).code()).isEqualTo(200);
        client.patch(maps + "/a", ProbeClient.MERGE, "{\"metadata\":{\"finalizers\":null}}");
        soon().until(() -> client.get("/api/v1/namespaces/" + namespace).code() == 404);
    }

    @Test
    void namespaceHasADefaultServiceAccount() {
        assumeThat(api.hasControllers()).isTrue();
        String namespace = api.namespace();
        soon().until(() -> client.get("/api/v1/namespaces/" + namespace + "/serviceaccounts/default")
                        .code()
                == 200);
    }

    @Test
    void podOnANodeEndsGracefullyAndAtOnceWhenForced() {
        String pods = "/api/v1/namespaces/" + api.namespace() + "/pods";
        client.post(
                pods,
                "{\"metadata\":{\"name\":\"p\"},\"spec\":{\"nodeName\":\"none\",\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}");
        ProbeClient.Answer marked = client.delete(pods + "/p");
        assertThat(marked.text("metadata", "deletionGracePeriodSeconds")).isEqualTo("30");
        assertThat(client.get(pods + "/p").code()).isEqualTo(200);
        client.delete(pods + "/p", "{\"gracePeriodSeconds\":0}");
        assertThat(client.get(pods + "/p").code()).isEqualTo(404);
    }

    private void createWithFinalizer() {
        client.post(
                WIDGETS,
                widget(name, "{}")
                        .replace(
                                "\"name\":\"" + name + "\"",
                                "\"name\":\"" + name + "\",\"finalizers\":[\"" + FINALIZER + "\"]"));
    }

    private String owned(String map, String ownerUid) {
        return "{\"metadata\":{\"name\":\"" + map
                + "\",\"ownerReferences\":[{\"apiVersion\":\"probe.espalier.dev/v1\",\"kind\":\"Widget\",\"name\":\""
                + name + "\",\"uid\":\"" + ownerUid + "\",\"blockOwnerDeletion\":true}]}}";
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(20));
    }
}
