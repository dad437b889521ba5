package dev.espalier.lab.probe;

import static dev.espalier.lab.probe.ProbeApi.WIDGETS;
import static dev.espalier.lab.probe.ProbeApi.unique;
import static dev.espalier.lab.probe.ProbeApi.widget;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.lab.api.model.Json;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Server-side apply. */
@Tag("probe")
class ApplyProbeTest {
    private final ProbeApi api = ProbeApi.get();
    private final ProbeClient client = api.admin();
    private final String name = unique("w");
    private final String path = WIDGETS + "/" + name;

    @Test
    void applyCreatesThenChangesThenDoesNothing() {
        assertThat(client.apply(path, "a", widget(name, "{\"size\":4}")).code()).isEqualTo(201);
        ProbeClient.Answer changed = client.apply(path, "a", widget(name, "{\"size\":5}"));
        assertThat(changed.code()).isEqualTo(200);
        assertThat(changed.text("spec", "size")).isEqualTo("5");
        assertThat(client.apply(path, "a", widget(name, "{\"size\":5}")).version())
                .isEqualTo(changed.version());
    }

    @Test
    void fieldOfAnotherManagerIsAConflictUnlessForced() {
        client.apply(path, "a", widget(name, "{\"size\":4}"));
        ProbeClient.Answer refused = client.apply(path, "b", widget(name, "{\"size\":5}"));
        assertThat(refused.code()).isEqualTo(409);
        JsonNode cause = Json.at(refused.body(), "details", "causes").path(0);
        assertThat(cause.path("reason").asText()).isEqualTo("FieldManagerConflict");
        assertThat(cause.path("field").asText()).isEqualTo(".spec.size");
        assertThat(cause.path("message").asText()).contains("conflict with \"a\"");

        assertThat(client.apply(path + "?force=true", "b", widget(name, "{\"size\":5}"))
                        .text("spec", "size"))
                .isEqualTo("5");
        assertThat(managersOf("f:size")).containsExactly("b");
    }

    @Test
    void sameValueIsShared() {
        client.apply(path, "a", widget(name, "{\"size\":4}"));
        assertThat(client.apply(path, "b", widget(name, "{\"size\":4}")).code()).isEqualTo(200);
        assertThat(managersOf("f:size")).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void fieldThatItsOnlyManagerNoLongerAppliesGoes() {
        client.apply(path, "a", widget(name, "{\"size\":4,\"mode\":\"Fast\",\"limits\":{\"memory\":\"1\"}}"));
        client.apply(path, "b", widget(name, "{\"size\":4}"));
        JsonNode spec =
                client.apply(path, "a", widget(name, "{\"name\":\"n\"}")).body().path("spec");
        assertThat(spec.has("mode")).isFalse();
        assertThat(spec.path("limits").toString()).as("nobody owns the default").isEqualTo("{\"cpu\":\"1\"}");
        assertThat(spec.path("size").asInt()).as("still applied by b").isEqualTo(4);
    }

    @Test
    void listsMergeByKeyAndSetsByValue() {
        client.apply(path, "a", widget(name, "{\"ports\":[{\"name\":\"x\",\"port\":1}],\"names\":[\"p\"]}"));
        JsonNode spec = client.apply(
                        path, "b", widget(name, "{\"ports\":[{\"name\":\"y\",\"port\":2}],\"names\":[\"q\"]}"))
                .body()
                .path("spec");
        assertThat(spec.path("ports").findValuesAsText("name")).containsExactlyInAnyOrder("x", "y");
        assertThat(Json.texts(spec.path("names"))).containsExactlyInAnyOrder("p", "q");

        JsonNode without =
                client.apply(path, "a", widget(name, "{\"names\":[]}")).body().path("spec");
        assertThat(without.path("ports").findValuesAsText("name")).containsExactly("y");
        assertThat(Json.texts(without.path("names"))).containsExactly("q");
    }

    @Test
    void listsWithoutKeysBelongToOneManager() {
        client.apply(path, "a", widget(name, "{\"tags\":[\"x\"]}"));
        assertThat(client.apply(path, "b", widget(name, "{\"tags\":[\"y\"]}")).code())
                .isEqualTo(409);
    }

    @Test
    void updateTakesFieldsAndTheNextApplyOfTheOtherValueConflicts() {
        client.apply(path, "a", widget(name, "{\"size\":4}"));
        client.patch(path + "?fieldManager=editor", ProbeClient.MERGE, "{\"spec\":{\"size\":6}}");
        assertThat(managersOf("f:size")).containsExactly("editor");
        assertThat(client.apply(path, "a", widget(name, "{\"size\":4}")).code()).isEqualTo(409);
        assertThat(client.apply(path, "a", widget(name, "{\"size\":6}")).code()).isEqualTo(200);
    }

    @Test
    void managerWithoutANameIsTheUserAgent() {
        client.post(WIDGETS, widget(name, "{\"size\":4}"));
        assertThat(managersOf("f:size")).containsExactly("probe");
    }

    @Test
    void statusApplyOfAManagerLeavesWhatItAppliedToTheObject() {
        assumeThat(api.isAtLeast(22)).as("ownership by subresource").isTrue();
        String withFinalizer = widget(name, "{\"size\":4}")
                .replace(
                        "\"name\":\"" + name + "\"",
                        "\"name\":\"" + name + "\",\"finalizers\":[\"probe.espalier.dev/f\"]");
        client.apply(path, "a", withFinalizer);
        String status = "{\"apiVersion\":\"probe.espalier.dev/v1\",\"kind\":\"Widget\",\"metadata\":{\"name\":\"" + name
                + "\"},\"status\":{\"phase\":\"Up\"}}";
        ProbeClient.Answer applied = client.apply(path + "/status", "a", status);
        assertThat(applied.text("status", "phase")).isEqualTo("Up");
        assertThat(applied.text("spec", "size")).isEqualTo("4");
        assertThat(Json.texts(Json.at(applied.body(), "metadata", "finalizers")))
                .containsExactly("probe.espalier.dev/f");
        assertThat(client.apply(path, "a", withFinalizer).text("status", "phase"))
                .isEqualTo("Up");
        client.patch(path, ProbeClient.MERGE, "{\"metadata\":{\"finalizers\":null}}");
    }

    @Test
    void conditionsOfTwoManagersLiveSideBySide() {
        client.post(WIDGETS, widget(name, "{}"));
        String status = "{\"apiVersion\":\"probe.espalier.dev/v1\",\"kind\":\"Widget\",\"metadata\":{\"name\":\"" + name
                + "\"},\"status\":{\"conditions\":[{\"type\":\"%s\",\"status\":\"True\"}]}}";
        client.apply(path + "/status", "a", status.formatted("A"));
        ProbeClient.Answer both = client.apply(path + "/status", "b", status.formatted("B"));
        assertThat(Json.at(both.body(), "status", "conditions").findValuesAsText("type"))
                .containsExactlyInAnyOrder("A", "B");
    }

    @Test
    void applyNeedsAManagerAndKnownFields() {
        assertThat(client.patch(path, ProbeClient.APPLY, widget(name, "{}")).code())
                .isIn(400, 422);
        ProbeClient.Answer unknown = client.apply(path, "a", widget(name, "{\"nonsense\":1}"));
        assertThat(unknown.code()).isGreaterThanOrEqualTo(400);
        assertThat(unknown.text("message")).contains("field not declared in schema");
    }

    @Test
    void builtInResourcesAreApplied() {
        String namespace = api.namespace();
        String map = "/api/v1/namespaces/" + namespace + "/configmaps/m";
        client.apply(map, "a", config("\"x\":\"1\",\"y\":\"2\""));
        client.apply(map, "b", config("\"z\":\"3\""));
        JsonNode data = client.apply(map, "a", config("\"x\":\"1\"")).body().path("data");
        assertThat(data.toString()).isEqualTo("{\"x\":\"1\",\"z\":\"3\"}");
    }

    private static String config(String data) {
        return "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m\"},\"data\":{" + data + "}}";
    }

    private List<String> managersOf(String specField) {
        JsonNode entries = Json.at(client.get(path).body(), "metadata", "managedFields");
        List<String> managers = new java.util.ArrayList<>();
        entries.forEach(entry -> {
            if (Json.at(entry, "fieldsV1", "f:spec").has(specField)) {
                managers.add(entry.path("manager").asText());
            }
        });
        return managers;
    }
}
