package dev.espalier.lab.api.model;

/**
 * What is wrong with one field.
 *
 * @param field path such as {@code spec.esp.proposals[0]}
 * @param reason as in {@code StatusCause}: {@code FieldValueInvalid}, {@code FieldValueRequired}, ...
 * @param message what a person reads after the path
 */
public record FieldError(String field, String reason, String message) {
    public static FieldError invalid(String field, String value, String message) {
        return new FieldError(field, "FieldValueInvalid", "Invalid value: " + value + ": " + message);
    }

    public static FieldError required(String field, String message) {
        return new FieldError(
                field, "FieldValueRequired", message.isEmpty() ? "Required value" : "Required value: " + message);
    }

    public static FieldError forbidden(String field, String message) {
        return new FieldError(field, "FieldValueForbidden", "Forbidden: " + message);
    }
}
