package dev.espalier.lab.probe;

import static dev.espalier.lab.probe.ProbeApi.WIDGETS;
import static dev.espalier.lab.probe.ProbeApi.unique;
import static dev.espalier.lab.probe.ProbeApi.widget;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.Json;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Definitions and what their schemas do. */
@Tag("probe")
class CustomResourceProbeTest {
    private final ProbeApi api = ProbeApi.get();
    private final ProbeClient client = api.admin();

    @Test
    void resourceIsServedOnlyWhileItsDefinitionStands() {
        String gadgets = "/apis/probe.espalier.dev/v1/gadgets";
        assertThat(client.get(gadgets).code()).isEqualTo(404);

        api.install(Definitions.named("gadgets", "Gadget"));
        client.post(gadgets, widget("one", "{}").replace("Widget", "Gadget"));
        assertThat(client.get(gadgets + "/one").code()).isEqualTo(200);

        client.delete("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gadgets.probe.espalier.dev");
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> client.get(gadgets).code() == 404);
    }

    @Test
    void definitionIsMarkedEstablishedWithItsNamesAccepted() {
        ProbeClient.Answer definition =
                client.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.probe.espalier.dev");
        assertThat(Json.at(definition.body(), "status", "conditions").findValuesAsText("type"))
                .contains("NamesAccepted", "Established");
        assertThat(definition.text("status", "acceptedNames", "plural")).isEqualTo("widgets");
        assertThat(Json.texts(Json.at(definition.body(), "status", "storedVersions")))
                .containsExactly("v1");
    }

    @Test
    void absentFieldsGetTheirDefaultsOnlyInsideObjectsThatAreThere() {
        JsonNode spec = client.post(WIDGETS, widget(unique("w"), "{\"limits\":{}}"))
                .body()
                .path("spec");
        assertThat(spec.path("size").asInt()).isEqualTo(3);
        assertThat(spec.path("limits").path("cpu").asText()).isEqualTo("1");
        assertThat(client.post(WIDGETS, widget(unique("w"), "{}"))
                        .body()
                        .path("spec")
                        .has("limits"))
                .isFalse();
    }

    @Test
    void fieldsThatTheSchemaDoesNotHaveAreDropped() {
        JsonNode spec = client.post(
                        WIDGETS,
                        widget(unique("w"), "{\"nonsense\":1,\"limits\":{\"gpu\":1},\"free\":{\"any\":{\"thing\":1}}}"))
                .body()
                .path("spec");
        assertThat(spec.has("nonsense")).isFalse();
        assertThat(spec.path("limits").has("gpu")).isFalse();
        assertThat(Json.at(spec, "free", "any", "thing").asInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"size":0}                                   | spec.size   | greater than or equal to 1
        {"size":10}                                  | spec.size   | less than or equal to 9
        {"size":"big"}                               | spec.size   | must be of type integer
        {"mode":"Warp"}                              | spec.mode   | supported values: "Fast", "Slow"
        {"name":"UPPER"}                             | spec.name   | should match
        {"name":"toolong"}                           | spec.name   | 5
        {"tags":["a","b","c"]}                       | spec.tags   | 2 items
        {"ports":[{"port":1}]}                       | spec.ports  | Required value
        {"ports":[{"name":"a"},{"name":"a"}]}        | spec.ports  | Duplicate value
        {"names":["a","a"]}                          | spec.names  | Duplicate value
        """)
    void valuesOutsideOfTheSchemaAreRefusedByFieldAndReason(String spec, String field, String why) {
        ProbeClient.Answer answer = client.post(WIDGETS, widget(unique("w"), spec));
        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.reason()).isEqualTo("Invalid");
        assertThat(answer.text("message")).contains(field);
        // kube-apiserver before 1.23 words "too many" without the limit.
        if (api.isAtLeast(23) || !field.equals("spec.tags")) {
            assertThat(answer.text("message")).contains(why);
        }
        assertThat(Json.at(answer.body(), "details", "causes").findValuesAsText("field"))
                .anyMatch(name -> name.startsWith(field));
    }

    @Test
    void requiredFieldsAreRequired() {
        ProbeClient.Answer answer =
                client.post(WIDGETS, widget(unique("w"), "{}").replace(",\"spec\":{}", ""));
        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.text("message")).contains("spec: Required value");
    }

    @Test
    void unknownFieldsAreRefusedOrWarnedOfAsAsked() {
        assumeThat(api.isAtLeast(25)).as("fieldValidation exists").isTrue();
        String body = widget(unique("w"), "{\"nonsense\":1}");
        ProbeClient.Answer strict = client.post(WIDGETS + "?fieldValidation=Strict", body);
        assertThat(strict.code()).isEqualTo(400);
        assertThat(strict.text("message")).contains("unknown field \"spec.nonsense\"");
        assertThat(client.post(WIDGETS + "?fieldValidation=Warn", body).warnings())
                .anyMatch(w -> w.contains("spec.nonsense"));
        assertThat(client.post(WIDGETS + "?fieldValidation=Ignore", widget(unique("w"), "{\"nonsense\":1}"))
                        .warnings())
                .isEmpty();
    }

    @Test
    void statusAndSpecAreWrittenBySeparatePathsAndOnlySpecCountsGenerations() {
        String path = WIDGETS + "/" + create("{}");
        ObjectNode object = (ObjectNode) client.get(path).body();
        object.putObject("status").put("phase", "Sneaked");
        Json.childObject(object, "spec").put("size", 5);
        ProbeClient.Answer main = client.put(path, object);
        assertThat(main.body().has("status")).isFalse();
        assertThat(main.text("metadata", "generation")).isEqualTo("2");

        ObjectNode second = (ObjectNode) main.body();
        second.putObject("status").put("phase", "Ready");
        Json.childObject(second, "spec").put("size", 7);
        ProbeClient.Answer status = client.put(path + "/status", second);
        assertThat(status.text("status", "phase")).isEqualTo("Ready");
        assertThat(status.text("spec", "size")).isEqualTo("5");
        assertThat(status.text("metadata", "generation")).isEqualTo("2");
    }

    @Test
    void metadataAloneDoesNotCountAsGeneration() {
        String path = WIDGETS + "/" + create("{}");
        ProbeClient.Answer labelled =
                client.patch(path, ProbeClient.MERGE, "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}");
        assertThat(labelled.text("metadata", "generation")).isEqualTo("1");
    }

    @Test
    void wrongKindOrVersionIsRefused() {
        assertThat(client.post(WIDGETS, widget(unique("w"), "{}").replace("Widget", "Gadget"))
                        .code())
                .isEqualTo(422);
        assertThat(client.post(WIDGETS, widget(unique("w"), "{}").replace("/v1\"", "/v2\""))
                        .code())
                .isEqualTo(400);
    }

    @Test
    void definitionWithoutStructuralSchemaOrWithAnotherNameIsRefused() {
        String definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        ObjectNode good = Json.parseObject(
                Definitions.named("gizmos", "Gizmo").getBytes(java.nio.charset.StandardCharsets.UTF_8),
                "application/yaml");
        ObjectNode misnamed = good.deepCopy();
        Json.childObject(misnamed, "metadata").put("name", "other.probe.espalier.dev");
        assertThat(client.post(definitions, misnamed.toString()).code()).isEqualTo(422);
        ObjectNode typeless = good.deepCopy();
        ((ObjectNode) Json.at(typeless, "spec", "versions")
                        .path(0)
                        .path("schema")
                        .path("openAPIV3Schema")
                        .path("properties")
                        .path("spec"))
                .remove("type");
        assertThat(client.post(definitions, typeless.toString()).code()).isEqualTo(422);
    }

    @Test
    void tableHasTheDefinitionsColumns() {
        String name = create("{\"size\":4}");
        client.patch(
                WIDGETS + "/" + name + "/status",
                ProbeClient.MERGE,
                "{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}");
        JsonNode table = client.get(
                        WIDGETS + "/" + name, "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")
                .body();
        assertThat(table.path("kind").asText()).isEqualTo("Table");
        assertThat(table.path("columnDefinitions").findValuesAsText("name"))
                .containsExactly("Name", "Size", "Ready", "Age");
        JsonNode cells = table.path("rows").path(0).path("cells");
        assertThat(cells.path(0).asText()).isEqualTo(name);
        assertThat(cells.path(1).asInt()).isEqualTo(4);
        assertThat(cells.path(2).asText()).isEqualTo("True");
        assertThat(cells.path(3).asText()).isNotEmpty();
    }

    @Test
    void rulesOfTheSchemaHold() {
        assumeThat(api.isAtLeast(29)).as("CEL rules are evaluated").isTrue();
        ProbeClient.Answer broken = client.post(WIDGETS, widget(unique("w"), "{\"mode\":\"Slow\",\"size\":6}"));
        assertThat(broken.code()).isEqualTo(422);
        assertThat(broken.text("message")).contains("spec: Invalid value", "what is slow is small");
        String name = create("{\"mode\":\"Slow\",\"size\":5}");
        assertThat(client.patch(WIDGETS + "/" + name, ProbeClient.MERGE, "{\"spec\":{\"size\":6}}")
                        .code())
                .isEqualTo(422);
        assertThat(client.patch(WIDGETS + "/" + name, ProbeClient.MERGE, "{\"spec\":{\"size\":6,\"mode\":null}}")
                        .code())
                .isEqualTo(200);
    }

    @Test
    void rulesThatAreNotEvaluatedAreAnnounced() {
        assumeThat(api.embedded())
                .as("the embedded server evaluates common rules only")
                .isPresent();
        ObjectNode definition = Json.parseObject(
                Definitions.named("ruled", "Ruled").getBytes(java.nio.charset.StandardCharsets.UTF_8),
                "application/yaml");
        ((ObjectNode) Json.at(definition, "spec", "versions")
                        .path(0)
                        .path("schema")
                        .path("openAPIV3Schema"))
                .putArray("x-kubernetes-validations")
                .addObject()
                .put("rule", "self.spec.size >= oldSelf.spec.size");
        assertThat(client.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition.toString())
                        .warnings())
                .anyMatch(warning ->
                        warning.contains("does not evaluate the rule 'self.spec.size >= oldSelf.spec.size'"));
    }

    private String create(String spec) {
        String name = unique("w");
        assertThat(client.post(WIDGETS, widget(name, spec)).code()).isEqualTo(201);
        return name;
    }
}
