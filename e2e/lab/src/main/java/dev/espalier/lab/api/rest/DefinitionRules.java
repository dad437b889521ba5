package dev.espalier.lab.api.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.ApiException;
import dev.espalier.lab.api.model.FieldError;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.JsonPath;
import dev.espalier.lab.api.model.Meta;
import dev.espalier.lab.api.schema.Schemas;
import dev.espalier.lab.api.store.ControllerLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** CustomResourceDefinitions: checked when they come, established at once, held by a finalizer until their instances are gone. */
final class DefinitionRules implements KindRules {
    @Override
    public void beforeCreate(ObjectNode object, WriteOptions options) {
        ObjectNode names = Json.childObject(Json.childObject(object, "spec"), "names");
        String kind = Json.textOrEmpty(names, "kind");
        if (!names.has("singular")) {
            names.put("singular", kind.toLowerCase(Locale.ROOT));
        }
        if (!names.has("listKind")) {
            names.put("listKind", kind + "List");
        }
        Json.childObject(object.withObject("/spec"), "conversion").put("strategy", strategy(object));
        if (!Meta.finalizers(object).contains(ControllerLoop.DEFINITION_FINALIZER)) {
            ObjectNode metadata = Meta.of(object);
            (metadata.get("finalizers") instanceof ArrayNode list ? list : metadata.putArray("finalizers"))
                    .add(ControllerLoop.DEFINITION_FINALIZER);
        }
        object.remove("status");
        establish(object);
        warnOfRules(object, options);
    }

    @Override
    public void beforeUpdate(ObjectNode before, ObjectNode after, String subresource, WriteOptions options) {
        if (!Json.same(Json.at(before, "spec", "group"), Json.at(after, "spec", "group"))
                || !Json.same(Json.at(before, "spec", "scope"), Json.at(after, "spec", "scope"))) {
            throw new KindRulesViolation(FieldError.invalid("spec", "", "group and scope are immutable"));
        }
        establish(after);
        warnOfRules(after, options);
    }

    private static String strategy(JsonNode object) {
        String strategy = Json.textOrEmpty(object, "spec", "conversion", "strategy");
        return strategy.isEmpty() ? "None" : strategy;
    }

    private static void establish(ObjectNode object) {
        ObjectNode status = Json.childObject(object, "status");
        status.set("acceptedNames", Json.at(object, "spec", "names").deepCopy());
        if (status.path("conditions").isEmpty()) {
            ArrayNode conditions = status.putArray("conditions");
            condition(conditions, "NamesAccepted", "NoConflicts", "no conflicts found");
            condition(conditions, "Established", "InitialNamesAccepted", "the initial names have been accepted");
        }
        List<String> stored = new ArrayList<>(Json.texts(status.path("storedVersions")));
        for (JsonNode version : Json.at(object, "spec", "versions")) {
            String name = Json.textOrEmpty(version, "name");
            if (version.path("storage").asBoolean() && !stored.contains(name)) {
                stored.add(name);
            }
        }
        status.set("storedVersions", Json.textArray(stored));
    }

    private static void condition(ArrayNode conditions, String type, String reason, String message) {
        conditions
                .addObject()
                .put("type", type)
                .put("status", "True")
                .put("lastTransitionTime", Meta.timestamp())
                .put("reason", reason)
                .put("message", message);
    }

    private static void warnOfRules(JsonNode object, WriteOptions options) {
        Schemas.unsupportedRules(object)
                .forEach(rule -> options.warnings().add("this lab's API server does not evaluate the rule " + rule));
    }

    @Override
    public List<FieldError> validate(ObjectNode object) {
        List<FieldError> errors = new ArrayList<>();
        JsonNode spec = object.path("spec");
        String wanted = Json.textOrEmpty(spec, "names", "plural") + "." + Json.textOrEmpty(spec, "group");
        if (!Meta.name(object).equals(wanted)) {
            errors.add(FieldError.invalid(
                    "metadata.name", "\"" + Meta.name(object) + "\"", "must be spec.names.plural+\".\"+spec.group"));
        }
        String scope = Json.textOrEmpty(spec, "scope");
        if (!scope.equals("Cluster") && !scope.equals("Namespaced")) {
            errors.add(new FieldError(
                    "spec.scope",
                    "FieldValueNotSupported",
                    "Unsupported value: \"" + scope + "\": supported values: \"Cluster\", \"Namespaced\""));
        }
        if (!strategy(object).equals("None")) {
            errors.add(FieldError.forbidden(
                    "spec.conversion.strategy", "this lab's API server converts by strategy None alone"));
        }
        checkVersions(spec.path("versions"), errors);
        return errors;
    }

    private static void checkVersions(JsonNode versions, List<FieldError> errors) {
        int storage = 0;
        int index = 0;
        for (JsonNode version : versions) {
            String path = "spec.versions[" + index + "]";
            storage += version.path("storage").asBoolean() ? 1 : 0;
            JsonNode schema = Json.at(version, "schema", "openAPIV3Schema");
            if (!schema.isObject()) {
                errors.add(FieldError.required(path + ".schema.openAPIV3Schema", "schemas are required"));
            } else {
                checkStructure(schema, path + ".schema.openAPIV3Schema", errors);
            }
            for (JsonNode column : version.path("additionalPrinterColumns")) {
                checkColumn(column, path + ".additionalPrinterColumns", errors);
            }
            index++;
        }
        if (storage != 1) {
            errors.add(FieldError.invalid(
                    "spec.versions", "" + storage, "must have exactly one version marked as storage version"));
        }
    }

    private static void checkColumn(JsonNode column, String path, List<FieldError> errors) {
        try {
            JsonPath.parse(Json.textOrEmpty(column, "jsonPath"));
        } catch (ApiException e) {
            errors.add(FieldError.invalid(
                    path + ".jsonPath",
                    "\"" + Json.textOrEmpty(column, "jsonPath") + "\"",
                    String.valueOf(e.getMessage())));
        }
    }

    /** A schema is structural only if every node says its type. */
    private static void checkStructure(JsonNode schema, String path, List<FieldError> errors) {
        boolean typeless = schema.path("x-kubernetes-int-or-string").asBoolean()
                || schema.path("x-kubernetes-preserve-unknown-fields").asBoolean();
        if (Json.textOrEmpty(schema, "type").isEmpty() && !typeless) {
            errors.add(FieldError.required(path + ".type", "must not be empty for specified object fields"));
        }
        schema.path("properties")
                .properties()
                .forEach(property ->
                        checkStructure(property.getValue(), path + ".properties[" + property.getKey() + "]", errors));
        if (schema.path("items").isObject()) {
            checkStructure(schema.path("items"), path + ".items", errors);
        }
        if (schema.path("additionalProperties").isObject()) {
            checkStructure(schema.path("additionalProperties"), path + ".additionalProperties", errors);
        }
    }
}
