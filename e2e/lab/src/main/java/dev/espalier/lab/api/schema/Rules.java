package dev.espalier.lab.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.lab.api.cel.Cel;
import dev.espalier.lab.api.cel.CelException;
import dev.espalier.lab.api.model.FieldError;
import dev.espalier.lab.api.model.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * {@code x-kubernetes-validations}. A rule that this server cannot evaluate is skipped; whoever installs the definition is
 * {@link #unsupported told}.
 */
final class Rules {
    private static final String KEY = "x-kubernetes-validations";
    private static final Map<String, Optional<Cel>> COMPILED = new ConcurrentHashMap<>();

    private Rules() {}

    /** The rules in a schema that cannot be evaluated here, each with why. */
    static List<String> unsupported(JsonNode schema) {
        List<String> found = new ArrayList<>();
        for (JsonNode rules : schema.findValues(KEY)) {
            for (JsonNode rule : rules) {
                try {
                    Cel.compile(Json.textOrEmpty(rule, "rule"));
                } catch (CelException e) {
                    found.add("'" + Json.textOrEmpty(rule, "rule") + "': " + e.getMessage());
                }
            }
        }
        return found;
    }

    static void check(JsonNode schema, JsonNode value, String path, List<FieldError> errors) {
        if (value.isNull()) {
            return;
        }
        schema.path(KEY).forEach(rule -> checkRule(rule, value, path, errors));
        if (value.isArray()) {
            int index = 0;
            for (JsonNode item : value) {
                check(schema.path("items"), item, path + "[" + index + "]", errors);
                index++;
            }
            return;
        }
        value.properties()
                .forEach(field -> check(
                        Schemas.fieldSchema(schema, field.getKey()),
                        field.getValue(),
                        path.isEmpty() ? field.getKey() : path + "." + field.getKey(),
                        errors));
    }

    private static void checkRule(JsonNode rule, JsonNode value, String path, List<FieldError> errors) {
        String text = Json.textOrEmpty(rule, "rule");
        Optional<Cel> compiled = COMPILED.computeIfAbsent(text, Rules::compile);
        if (compiled.isEmpty()) {
            return;
        }
        String message = Json.textOrEmpty(rule, "message");
        String field = path + Json.textOrEmpty(rule, "fieldPath");
        String shown =
                value.isContainerNode() ? "\"" + (value.isArray() ? "array" : "object") + "\"" : value.toString();
        try {
            if (!compiled.get().holds(value)) {
                String reason = Json.textOrEmpty(rule, "reason");
                FieldError error = FieldError.invalid(
                        field.isEmpty() ? "<nil>" : field, shown, message.isEmpty() ? "failed rule: " + text : message);
                errors.add(reason.isEmpty() ? error : new FieldError(error.field(), reason, error.message()));
            }
        } catch (CelException e) {
            errors.add(FieldError.invalid(
                    field.isEmpty() ? "<nil>" : field,
                    shown,
                    "rule evaluation error: " + e.getMessage() + " evaluating rule: " + text));
        }
    }

    private static Optional<Cel> compile(String text) {
        try {
            return Optional.of(Cel.compile(text));
        } catch (CelException e) {
            // The definition's author has been warned of it.
            return Optional.empty();
        }
    }
}
