package dev.espalier.lab.probe;

import static dev.espalier.lab.probe.ProbeApi.WIDGETS;
import static dev.espalier.lab.probe.ProbeApi.configMap;
import static dev.espalier.lab.probe.ProbeApi.unique;
import static dev.espalier.lab.probe.ProbeApi.widget;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.Json;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Creating, replacing and patching. */
@Tag("probe")
class WriteProbeTest {
    private final ProbeApi api = ProbeApi.get();
    private final ProbeClient client = api.admin();
    private String configMaps = "";
    private String secrets = "";

    @BeforeEach
    void namespace() {
        String namespace = api.namespace();
        configMaps = "/api/v1/namespaces/" + namespace + "/configmaps";
        secrets = "/api/v1/namespaces/" + namespace + "/secrets";
    }

    @Test
    void newObjectHasIdentityAndTheServersFieldsNotTheClients() {
        ProbeClient.Answer made = client.post(
                configMaps,
                "{\"metadata\":{\"name\":\"a\",\"uid\":\"mine\",\"creationTimestamp\":\"2001-01-01T00:00:00Z\"}}");
        assertThat(made.code()).isEqualTo(201);
        assertThat(made.text("metadata", "uid")).hasSize(36);
        assertThat(made.text("metadata", "creationTimestamp")).isGreaterThan("2020");
        assertThat(made.version()).isNotEmpty();
        assertThat(client.post(configMaps, configMap("a", "k", "v")).reason()).isEqualTo("AlreadyExists");
    }

    @Test
    void namesAreGeneratedAndChecked() {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            names.add(client.post(configMaps, "{\"metadata\":{\"generateName\":\"gen-\"}}")
                    .text("metadata", "name"));
        }
        assertThat(names).hasSize(3).allMatch(name -> name.matches("gen-[a-z0-9]{5}"));
        assertThat(client.post(configMaps, configMap("Not_A_Name", "k", "v")).code())
                .isEqualTo(422);
        assertThat(client.post(configMaps, "{\"metadata\":{}}").code()).isEqualTo(422);
    }

    @Test
    void namespaceMustExistAndFit() {
        ProbeClient.Answer absent = client.post("/api/v1/namespaces/none-such/configmaps", configMap("a", "k", "v"));
        assertThat(absent.code()).isEqualTo(404);
        assertThat(absent.text("message")).contains("namespaces \"none-such\" not found");
        assertThat(client.post(configMaps, "{\"metadata\":{\"name\":\"a\",\"namespace\":\"other\"}}")
                        .code())
                .isEqualTo(400);
    }

    @Test
    void staleResourceVersionIsAConflictOnEveryPath() {
        String path = WIDGETS + "/" + unique("w");
        ObjectNode old = (ObjectNode) client.post(WIDGETS, widget(path.substring(WIDGETS.length() + 1), "{}"))
                .body();
        client.patch(path, ProbeClient.MERGE, "{\"spec\":{\"size\":4}}");

        old.putObject("status").put("phase", "x");
        assertThat(client.put(path, old).reason()).isEqualTo("Conflict");
        assertThat(client.put(path + "/status", old).reason()).isEqualTo("Conflict");
        String stale = "{\"metadata\":{\"resourceVersion\":\"" + Json.textOrEmpty(old, "metadata", "resourceVersion")
                + "\"},\"status\":{\"phase\":\"x\"}}";
        assertThat(client.patch(path, ProbeClient.MERGE, stale).reason()).isEqualTo("Conflict");
        assertThat(client.patch(path + "/status", ProbeClient.MERGE, stale).reason())
                .isEqualTo("Conflict");
    }

    @Test
    void replacingACustomResourceNeedsAVersionAndAConfigMapDoesNot() {
        String name = unique("w");
        client.post(WIDGETS, widget(name, "{}"));
        assertThat(client.put(WIDGETS + "/" + name, Json.literal(widget(name, "{\"size\":4}")))
                        .code())
                .isEqualTo(422);
        client.post(configMaps, configMap("a", "k", "v"));
        assertThat(client.put(configMaps + "/a", Json.literal(configMap("a", "k", "w")))
                        .text("data", "k"))
                .isEqualTo("w");
    }

    @Test
    void anotherUidOrNameIsRefused() {
        client.post(configMaps, configMap("a", "k", "v"));
        ObjectNode other = Json.literal(configMap("a", "k", "w"));
        Json.childObject(other, "metadata").put("uid", "11111111-1111-1111-1111-111111111111");
        assertThat(client.put(configMaps + "/a", other).code()).isEqualTo(409);
        assertThat(client.put(configMaps + "/a", Json.literal(configMap("b", "k", "w")))
                        .code())
                .isEqualTo(400);
    }

    @Test
    void writeThatChangesNothingMakesNoVersion() {
        ProbeClient.Answer made = client.post(configMaps, configMap("a", "k", "v"));
        assertThat(client.patch(configMaps + "/a", ProbeClient.MERGE, "{\"data\":{\"k\":\"v\"}}")
                        .version())
                .isEqualTo(made.version());
        assertThat(client.put(configMaps + "/a", Json.literal(configMap("a", "k", "v")))
                        .version())
                .isEqualTo(made.version());
    }

    @Test
    void dryRunAnswersAndKeepsNothing() {
        assertThat(client.post(configMaps + "?dryRun=All", configMap("a", "k", "v"))
                        .code())
                .isEqualTo(201);
        assertThat(client.get(configMaps + "/a").code()).isEqualTo(404);
        client.post(configMaps, configMap("a", "k", "v"));
        assertThat(client.patch(configMaps + "/a?dryRun=All", ProbeClient.MERGE, "{\"data\":{\"k\":\"w\"}}")
                        .text("data", "k"))
                .isEqualTo("w");
        assertThat(client.apply(configMaps + "/a?dryRun=All&force=true", "m", configMap("a", "k", "x"))
                        .text("data", "k"))
                .isEqualTo("x");
        assertThat(client.delete(configMaps + "/a?dryRun=All").code()).isEqualTo(200);
        assertThat(client.get(configMaps + "/a").text("data", "k")).isEqualTo("v");
        assertThat(client.post(configMaps + "?dryRun=Some", configMap("b", "k", "v"))
                        .code())
                .isGreaterThanOrEqualTo(400);
    }

    @Test
    void secretsTakePlainTextAndShowBase64() {
        ProbeClient.Answer made = client.post(
                secrets, "{\"metadata\":{\"name\":\"s\"},\"stringData\":{\"a\":\"hello\"},\"data\":{\"b\":\"aGk=\"}}");
        assertThat(made.text("type")).isEqualTo("Opaque");
        assertThat(made.text("data", "a")).isEqualTo("aGVsbG8=");
        assertThat(made.text("data", "b")).isEqualTo("aGk=");
        assertThat(made.body().has("stringData")).isFalse();
        assertThat(client.post(secrets, "{\"metadata\":{\"name\":\"t\"},\"data\":{\"b\":\"%%%\"}}")
                        .code())
                .isEqualTo(400);
        assertThat(client.post(secrets, "{\"metadata\":{\"name\":\"t\"},\"type\":\"kubernetes.io/tls\",\"data\":{}}")
                        .code())
                .isEqualTo(422);
    }

    @Test
    void jsonPatchAppliesItsOperationsOrNothing() {
        client.post(configMaps, configMap("a", "k", "v"));
        String path = configMaps + "/a";
        String good =
                "[{\"op\":\"test\",\"path\":\"/data/k\",\"value\":\"v\"},{\"op\":\"add\",\"path\":\"/data/n\",\"value\":\"1\"},{\"op\":\"remove\",\"path\":\"/data/k\"}]";
        ProbeClient.Answer patched = client.patch(path, ProbeClient.JSON_PATCH, good);
        assertThat(patched.body().path("data").toString()).isEqualTo("{\"n\":\"1\"}");
        String failing =
                "[{\"op\":\"add\",\"path\":\"/data/z\",\"value\":\"1\"},{\"op\":\"test\",\"path\":\"/data/n\",\"value\":\"2\"}]";
        assertThat(client.patch(path, ProbeClient.JSON_PATCH, failing).code()).isEqualTo(422);
        assertThat(client.get(path).body().path("data").has("z")).isFalse();
        assertThat(client.patch(path, ProbeClient.JSON_PATCH, "{\"a\":1}").code())
                .isEqualTo(400);
    }

    @Test
    void mergePatchReplacesListsAndRemovesNulls() {
        String name = unique("w");
        client.post(WIDGETS, widget(name, "{\"tags\":[\"a\",\"b\"],\"limits\":{\"cpu\":\"2\",\"memory\":\"1\"}}"));
        ProbeClient.Answer patched = client.patch(
                WIDGETS + "/" + name, ProbeClient.MERGE, "{\"spec\":{\"tags\":[\"c\"],\"limits\":{\"memory\":null}}}");
        assertThat(Json.texts(Json.at(patched.body(), "spec", "tags"))).containsExactly("c");
        assertThat(Json.at(patched.body(), "spec", "limits").toString()).isEqualTo("{\"cpu\":\"2\"}");
    }

    @Test
    void strategicPatchMergesListsByKeyOnBuiltInResourcesOnly() {
        String name = unique("node");
        String node = "/api/v1/nodes/" + name;
        client.post("/api/v1/nodes", "{\"metadata\":{\"name\":\"" + name + "\"}}");
        client.patch(
                node + "/status",
                ProbeClient.STRATEGIC,
                "{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}");
        client.patch(
                node + "/status",
                ProbeClient.STRATEGIC,
                "{\"status\":{\"conditions\":[{\"type\":\"DiskPressure\",\"status\":\"False\"}]}}");
        ProbeClient.Answer both = client.patch(
                node + "/status",
                ProbeClient.STRATEGIC,
                "{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\"}]}}");
        assertThat(Json.at(both.body(), "status", "conditions").findValuesAsText("type"))
                .containsExactlyInAnyOrder("Ready", "DiskPressure");
        assertThat(Json.at(both.body(), "status", "conditions").findValuesAsText("status"))
                .containsOnly("False");
        ProbeClient.Answer less = client.patch(
                node + "/status",
                ProbeClient.STRATEGIC,
                "{\"status\":{\"conditions\":[{\"$patch\":\"delete\",\"type\":\"Ready\"}]}}");
        assertThat(Json.at(less.body(), "status", "conditions").findValuesAsText("type"))
                .containsExactly("DiskPressure");
        client.delete(node);

        String widget = unique("w");
        client.post(WIDGETS, widget(widget, "{}"));
        assertThat(client.patch(WIDGETS + "/" + widget, ProbeClient.STRATEGIC, "{\"spec\":{\"size\":4}}")
                        .code())
                .isEqualTo(415);
    }

    @Test
    void nodeKeepsItsAddressesThroughTheStatusPathAlone() {
        String name = unique("node");
        client.post(
                "/api/v1/nodes",
                "{\"metadata\":{\"name\":\"" + name
                        + "\"},\"spec\":{\"podCIDR\":\"10.9.0.0/24\",\"podCIDRs\":[\"10.9.0.0/24\"]}}");
        client.patch(
                "/api/v1/nodes/" + name + "/status",
                ProbeClient.MERGE,
                "{\"status\":{\"addresses\":[{\"type\":\"InternalIP\",\"address\":\"192.0.2.1\"}]}}");
        ProbeClient.Answer main = client.patch(
                "/api/v1/nodes/" + name,
                ProbeClient.MERGE,
                "{\"status\":{\"addresses\":null},\"metadata\":{\"labels\":{\"a\":\"b\"}}}");
        assertThat(Json.at(main.body(), "status", "addresses").findValuesAsText("address"))
                .containsExactly("192.0.2.1");
        client.delete("/api/v1/nodes/" + name);
    }

    @Test
    void eventsAreTheSameObjectsInBothGroups() {
        String namespace = configMaps.split("/", -1)[4];
        ProbeClient.Answer made = client.post(
                "/apis/events.k8s.io/v1/namespaces/" + namespace + "/events",
                "{\"metadata\":{\"name\":\"e\"},\"eventTime\":\"2026-01-01T00:00:00.000000Z\",\"reportingController\":\"c.example\",\"reportingInstance\":\"i\","
                        + "\"action\":\"Do\",\"reason\":\"Because\",\"type\":\"Normal\",\"note\":\"hello\",\"regarding\":{\"kind\":\"Pod\",\"name\":\"p\",\"namespace\":\""
                        + namespace + "\"}}");
        assertThat(made.code()).as(made.body().toString()).isEqualTo(201);
        ProbeClient.Answer core = client.get(
                "/api/v1/namespaces/" + namespace + "/events?fieldSelector=involvedObject.name=p,reason=Because");
        assertThat(core.body().path("items")).hasSize(1);
        assertThat(core.body().path("items").path(0).path("message").asText()).isEqualTo("hello");
        assertThat(core.body().path("items").path(0).path("reportingComponent").asText())
                .isEqualTo("c.example");
    }

    @Test
    void roleOfABindingIsForGood() {
        String bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
        String name = unique("b");
        client.post(
                bindings,
                "{\"metadata\":{\"name\":\"" + name
                        + "\"},\"roleRef\":{\"apiGroup\":\"rbac.authorization.k8s.io\",\"kind\":\"ClusterRole\",\"name\":\"a\"}}");
        assertThat(client.patch(bindings + "/" + name, ProbeClient.MERGE, "{\"roleRef\":{\"name\":\"other\"}}")
                        .code())
                .isEqualTo(422);
        client.delete(bindings + "/" + name);
    }

    @Test
    void bodiesThatAreNoJsonAreRefusedByMediaType() {
        assertThat(client.call("POST", configMaps, "application/vnd.example+thing", "{}", ProbeClient.JSON)
                        .code())
                .isEqualTo(415);
        assertThat(client.call("PATCH", configMaps + "/a", "application/json", "{}", ProbeClient.JSON)
                        .code())
                .isEqualTo(415);
        assertThat(client.post(configMaps, "{not json").code()).isEqualTo(400);
    }
}
