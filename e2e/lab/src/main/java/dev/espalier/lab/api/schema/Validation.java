package dev.espalier.lab.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.lab.api.model.FieldError;
import dev.espalier.lab.api.model.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Validation of one object against a structural schema; collects every error with its path. */
final class Validation {
    private static final Map<String, Pattern> PATTERNS = new ConcurrentHashMap<>();

    private final List<FieldError> errors;

    Validation(List<FieldError> errors) {
        this.errors = errors;
    }

    void check(JsonNode schema, JsonNode value, String path) {
        if (!schema.isObject()) {
            return;
        }
        if (value.isNull() && schema.path("nullable").asBoolean()) {
            return;
        }
        if (!checkType(schema, value, path)) {
            return;
        }
        checkEnum(schema, value, path);
        if (value.isTextual()) {
            checkText(schema, value.textValue(), path);
        } else if (value.isNumber()) {
            checkNumber(schema, value.decimalValue(), path);
        } else if (value.isArray()) {
            checkArray(schema, value, path);
        } else if (value.isObject()) {
            checkObject(schema, value, path);
        }
        checkCombinations(schema, value, path);
    }

    private boolean checkType(JsonNode schema, JsonNode value, String path) {
        if (schema.path("x-kubernetes-int-or-string").asBoolean()) {
            boolean fits = value.isTextual() || isInteger(value);
            if (!fits) {
                typeError("integer,string", value, path);
            }
            return fits;
        }
        String type = Json.textOrEmpty(schema, "type");
        boolean fits = switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "boolean" -> value.isBoolean();
            case "integer" -> isInteger(value);
            case "number" -> value.isNumber();
            default -> true;
        };
        if (!fits) {
            typeError(type, value, path);
        }
        return fits;
    }

    private static boolean isInteger(JsonNode value) {
        return value.isIntegralNumber()
                || (value.isNumber()
                        && value.decimalValue().stripTrailingZeros().scale() <= 0);
    }

    private void typeError(String wanted, JsonNode value, String path) {
        String actual = value.isNull()
                ? "null"
                : value.isTextual()
                        ? "string"
                        : value.isBoolean()
                                ? "boolean"
                                : value.isIntegralNumber()
                                        ? "integer"
                                        : value.isNumber() ? "number" : value.isArray() ? "array" : "object";
        errors.add(new FieldError(
                path.isEmpty() ? "<nil>" : path,
                "FieldValueTypeInvalid",
                "Invalid value: \"" + actual + "\": " + path + " in body must be of type " + wanted + ": \"" + actual
                        + "\""));
    }

    private void checkEnum(JsonNode schema, JsonNode value, String path) {
        JsonNode allowed = schema.path("enum");
        if (!allowed.isArray()) {
            return;
        }
        for (JsonNode one : allowed) {
            if (Json.same(one, value)) {
                return;
            }
        }
        List<String> listed = new ArrayList<>();
        allowed.forEach(one -> listed.add(one.toString()));
        errors.add(new FieldError(
                path,
                "FieldValueNotSupported",
                "Unsupported value: " + value + ": supported values: "
                        + listed.stream().sorted().collect(Collectors.joining(", "))));
    }

    private void checkText(JsonNode schema, String text, String path) {
        int length = text.codePointCount(0, text.length());
        if (schema.has("maxLength") && length > schema.path("maxLength").asLong()) {
            errors.add(new FieldError(
                    path,
                    "FieldValueTooLong",
                    "Too long: may not be more than " + schema.path("maxLength").asLong() + " bytes"));
        }
        if (schema.has("minLength") && length < schema.path("minLength").asLong()) {
            invalid(
                    path,
                    "\"" + text + "\"",
                    "should be at least " + schema.path("minLength").asLong() + " chars long");
        }
        String pattern = Json.text(schema, "pattern");
        if (pattern != null
                && !PATTERNS.computeIfAbsent(pattern, Pattern::compile)
                        .matcher(text)
                        .find()) {
            invalid(path, "\"" + text + "\"", "should match '" + pattern + "'");
        }
        String format = Json.textOrEmpty(schema, "format");
        if (!Formats.fits(format, text)) {
            invalid(path, "\"" + text + "\"", "must be of type " + format + ": \"" + text + "\"");
        }
    }

    private void checkNumber(JsonNode schema, BigDecimal number, String path) {
        if (schema.has("minimum")) {
            int order = number.compareTo(schema.path("minimum").decimalValue());
            boolean exclusive = schema.path("exclusiveMinimum").asBoolean();
            if (order < 0 || (exclusive && order == 0)) {
                invalid(
                        path,
                        number.toPlainString(),
                        "should be greater than " + (exclusive ? "" : "or equal to ") + schema.path("minimum"));
            }
        }
        if (schema.has("maximum")) {
            int order = number.compareTo(schema.path("maximum").decimalValue());
            boolean exclusive = schema.path("exclusiveMaximum").asBoolean();
            if (order > 0 || (exclusive && order == 0)) {
                invalid(
                        path,
                        number.toPlainString(),
                        "should be less than " + (exclusive ? "" : "or equal to ") + schema.path("maximum"));
            }
        }
        if (schema.has("multipleOf")
                && number.remainder(schema.path("multipleOf").decimalValue()).signum() != 0) {
            invalid(path, number.toPlainString(), "should be a multiple of " + schema.path("multipleOf"));
        }
        if (Json.textOrEmpty(schema, "format").equals("int32") && !fitsInt(number)) {
            invalid(path, number.toPlainString(), "must be of type int32: " + number.toPlainString());
        }
    }

    private static boolean fitsInt(BigDecimal number) {
        return number.compareTo(BigDecimal.valueOf(Integer.MIN_VALUE)) >= 0
                && number.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) <= 0;
    }

    private void checkArray(JsonNode schema, JsonNode array, String path) {
        if (schema.has("maxItems") && array.size() > schema.path("maxItems").asLong()) {
            errors.add(new FieldError(
                    path,
                    "FieldValueTooMany",
                    "Too many: " + array.size() + ": must have at most "
                            + schema.path("maxItems").asLong() + " items"));
        }
        if (schema.has("minItems") && array.size() < schema.path("minItems").asLong()) {
            invalid(
                    path,
                    Integer.toString(array.size()),
                    "should have at least " + schema.path("minItems").asLong() + " items");
        }
        Set<Object> seen = new HashSet<>();
        String listType = Json.textOrEmpty(schema, "x-kubernetes-list-type");
        int index = 0;
        for (JsonNode item : array) {
            String itemPath = path + "[" + index + "]";
            check(schema.path("items"), item, itemPath);
            if (!listType.isEmpty() && !listType.equals("atomic") && !seen.add(identity(schema, listType, item))) {
                errors.add(new FieldError(itemPath, "FieldValueDuplicate", "Duplicate value: " + item));
            }
            index++;
        }
    }

    private static Object identity(JsonNode schema, String listType, JsonNode item) {
        return listType.equals("map")
                ? Json.texts(schema.path("x-kubernetes-list-map-keys")).stream()
                        .map(item::path)
                        .toList()
                : item;
    }

    private void checkObject(JsonNode schema, JsonNode object, String path) {
        for (JsonNode required : schema.path("required")) {
            if (!object.has(required.asText())) {
                errors.add(FieldError.required(join(path, required.asText()), ""));
            }
        }
        if (schema.has("maxProperties")
                && object.size() > schema.path("maxProperties").asLong()) {
            errors.add(new FieldError(
                    path,
                    "FieldValueTooMany",
                    "Too many: " + object.size() + ": must have at most "
                            + schema.path("maxProperties").asLong() + " items"));
        }
        if (schema.has("minProperties")
                && object.size() < schema.path("minProperties").asLong()) {
            invalid(
                    path,
                    Integer.toString(object.size()),
                    "should have at least " + schema.path("minProperties").asLong() + " properties");
        }
        object.properties().forEach(field -> {
            boolean servedByMeta = path.isEmpty() && field.getKey().equals("metadata");
            if (!servedByMeta) {
                check(Schemas.fieldSchema(schema, field.getKey()), field.getValue(), join(path, field.getKey()));
            }
        });
    }

    private void checkCombinations(JsonNode schema, JsonNode value, String path) {
        schema.path("allOf").forEach(part -> check(part, value, path));
        if (schema.has("anyOf") && count(schema.path("anyOf"), value) == 0) {
            invalid(path, "\"\"", "must validate at least one schema (anyOf)");
        }
        if (schema.has("oneOf") && count(schema.path("oneOf"), value) != 1) {
            invalid(
                    path,
                    "\"\"",
                    "must validate one and only one schema (oneOf). Found " + count(schema.path("oneOf"), value)
                            + " valid alternatives");
        }
        if (schema.has("not") && fits(schema.path("not"), value)) {
            invalid(path, "\"\"", "must not validate the schema (not)");
        }
    }

    private static long count(JsonNode alternatives, JsonNode value) {
        long fitting = 0;
        for (JsonNode alternative : alternatives) {
            fitting += fits(alternative, value) ? 1 : 0;
        }
        return fitting;
    }

    private static boolean fits(JsonNode schema, JsonNode value) {
        List<FieldError> errors = new ArrayList<>();
        new Validation(errors).check(schema, value, "");
        return errors.isEmpty();
    }

    private void invalid(String path, String value, String message) {
        errors.add(FieldError.invalid(path.isEmpty() ? "<nil>" : path, value, path + " in body " + message));
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
