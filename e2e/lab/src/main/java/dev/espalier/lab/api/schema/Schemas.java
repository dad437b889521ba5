package dev.espalier.lab.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.FieldError;
import java.util.ArrayList;
import java.util.List;

/**
 * What a structural schema ({@code CustomResourceDefinition.spec.versions[].schema.openAPIV3Schema}) does to an object. The schema's own
 * text is the model: nothing is compiled, objects here are small and few.
 */
public final class Schemas {
    private Schemas() {}

    /** Fills absent fields from {@code default}, in place. Null where null is not allowed counts as absent. */
    public static void applyDefaults(JsonNode schema, JsonNode value) {
        if (value instanceof ObjectNode object) {
            schema.path("properties").properties().forEach(property -> {
                JsonNode fallback = property.getValue().get("default");
                JsonNode current = object.get(property.getKey());
                boolean absent = current == null
                        || (current.isNull()
                                && !property.getValue().path("nullable").asBoolean());
                if (absent && fallback != null) {
                    object.set(property.getKey(), fallback.deepCopy());
                }
            });
        }
        descend(schema, value, Schemas::applyDefaults);
    }

    /**
     * Removes what the schema does not know, in place.
     *
     * @return paths of what was removed
     */
    public static List<String> prune(JsonNode schema, ObjectNode object) {
        List<String> removed = new ArrayList<>();
        pruneObject(schema, object, "", true, removed);
        return removed;
    }

    /** Every violation; empty when the object is valid. Rules are looked at only when the structure is right. */
    public static List<FieldError> validate(JsonNode schema, ObjectNode object) {
        List<FieldError> errors = new ArrayList<>();
        new Validation(errors).check(schema, object, "");
        if (errors.isEmpty()) {
            Rules.check(schema, object, "", errors);
        }
        return errors;
    }

    /** The CEL rules in a schema that this server cannot evaluate, each with why. */
    public static List<String> unsupportedRules(JsonNode schema) {
        return Rules.unsupported(schema);
    }

    private interface Visitor {
        void visit(JsonNode schema, JsonNode value);
    }

    private static void descend(JsonNode schema, JsonNode value, Visitor visitor) {
        if (value.isArray()) {
            value.forEach(item -> visitor.visit(schema.path("items"), item));
            return;
        }
        value.properties().forEach(field -> visitor.visit(fieldSchema(schema, field.getKey()), field.getValue()));
    }

    static JsonNode fieldSchema(JsonNode schema, String field) {
        JsonNode named = schema.path("properties").path(field);
        return named.isMissingNode() ? schema.path("additionalProperties") : named;
    }

    private static void pruneValue(JsonNode schema, JsonNode value, String path, List<String> removed) {
        if (value instanceof ObjectNode object) {
            pruneObject(
                    schema,
                    object,
                    path,
                    schema.path("x-kubernetes-embedded-resource").asBoolean(),
                    removed);
        } else if (value.isArray()) {
            int index = 0;
            for (JsonNode item : value) {
                pruneValue(schema.path("items"), item, path + "[" + index + "]", removed);
                index++;
            }
        }
    }

    private static void pruneObject(
            JsonNode schema, ObjectNode object, String path, boolean resource, List<String> removed) {
        boolean keepUnknown =
                schema.path("x-kubernetes-preserve-unknown-fields").asBoolean();
        for (String name :
                object.properties().stream().map(java.util.Map.Entry::getKey).toList()) {
            if (resource && (name.equals("apiVersion") || name.equals("kind") || name.equals("metadata"))) {
                continue;
            }
            String childPath = path.isEmpty() ? name : path + "." + name;
            JsonNode child = schema.path("properties").path(name);
            JsonNode additional = schema.path("additionalProperties");
            if (!child.isMissingNode()) {
                pruneValue(child, object.path(name), childPath, removed);
            } else if (additional.isObject()) {
                pruneValue(additional, object.path(name), childPath, removed);
            } else if (!keepUnknown && !additional.asBoolean()) {
                object.remove(name);
                removed.add(childPath);
            }
        }
    }
}
