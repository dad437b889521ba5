package dev.espalier.lab.api.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.ApiException;
import dev.espalier.lab.api.model.FieldError;
import dev.espalier.lab.api.model.Meta;
import dev.espalier.lab.api.model.ResourceType;
import dev.espalier.lab.api.schema.Schemas;
import java.util.List;
import java.util.stream.Collectors;

/** Brings a custom object into the form of its schema, and tells the client of fields that have no place in it. */
final class UnknownFields {
    private UnknownFields() {}

    /** Prunes, fills defaults and validates; errors are added to {@code errors}. */
    static void conform(ResourceType type, ObjectNode object, WriteOptions options, List<FieldError> errors) {
        if (!type.custom()) {
            return;
        }
        List<String> unknown = Schemas.prune(type.schema(), object);
        report(type, unknown, options);
        Schemas.applyDefaults(type.schema(), object);
        errors.addAll(Schemas.validate(type.schema(), object));
    }

    private static void report(ResourceType type, List<String> unknown, WriteOptions options) {
        if (unknown.isEmpty()) {
            return;
        }
        String list =
                unknown.stream().map(path -> "unknown field \"" + path + "\"").collect(Collectors.joining(", "));
        switch (options.unknownFields()) {
            case STRICT ->
                throw ApiException.badRequest(type.kind() + " in version \"" + type.version()
                        + "\" cannot be handled as a " + type.kind() + ": strict decoding error: " + list);
            case WARN -> unknown.forEach(path -> options.warnings().add("unknown field \"" + path + "\""));
            case IGNORE -> {}
        }
    }

    /** An apply of a field that nobody could own is refused, whatever {@code fieldValidation} says. */
    static void refuseInApply(ResourceType type, ObjectNode config) {
        if (!type.custom()) {
            return;
        }
        List<String> unknown = Schemas.prune(type.schema(), config.deepCopy());
        if (!unknown.isEmpty()) {
            String list = unknown.stream()
                    .map(path -> "." + path + ": field not declared in schema")
                    .collect(Collectors.joining(", "));
            throw ApiException.of(
                    500,
                    "InternalError",
                    "failed to create typed patch object (" + Meta.name(config) + "; " + type.apiVersion() + ", Kind="
                            + type.kind() + "): " + list);
        }
    }
}
