package dev.espalier.lab.api.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Collectors;

/** An answer other than success, with the {@code Status} object that the client gets. */
public final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final String reason;
    private final transient ObjectNode details;

    private ApiException(int code, String reason, String message, ObjectNode details) {
        super(message, null, false, false);
        this.code = code;
        this.reason = reason;
        this.details = details;
    }

    public static ApiException of(int code, String reason, String message) {
        return new ApiException(code, reason, message, Json.object());
    }

    public static ApiException badRequest(String message) {
        return of(400, "BadRequest", message);
    }

    public static ApiException unauthorized() {
        return of(401, "Unauthorized", "Unauthorized");
    }

    public static ApiException noSuchPath() {
        return of(404, "NotFound", "the server could not find the requested resource");
    }

    public static ApiException methodNotAllowed() {
        return of(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
    }

    public static ApiException unsupportedMediaType(String given, List<String> accepted) {
        return of(
                415,
                "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: "
                        + String.join(", ", accepted) + (given.isEmpty() ? "" : " (got " + given + ")"));
    }

    /** A resource version whose history is gone. */
    public static ApiException expired(String message) {
        return of(410, "Expired", message);
    }

    public static ApiException notFound(ResourceType type, String name) {
        return about(type, name, 404, "NotFound", type.qualifiedPlural() + " \"" + name + "\" not found");
    }

    public static ApiException alreadyExists(ResourceType type, String name) {
        return about(type, name, 409, "AlreadyExists", type.qualifiedPlural() + " \"" + name + "\" already exists");
    }

    public static ApiException conflict(ResourceType type, String name, String why) {
        return about(
                type,
                name,
                409,
                "Conflict",
                "Operation cannot be fulfilled on " + type.qualifiedPlural() + " \"" + name + "\": " + why);
    }

    public static ApiException forbidden(ResourceType type, String name, String why) {
        String subject = name.isEmpty() ? "" : " \"" + name + "\"";
        return about(type, name, 403, "Forbidden", type.qualifiedPlural() + subject + " is forbidden: " + why);
    }

    public static ApiException invalid(ResourceType type, String name, List<FieldError> errors) {
        String list = errors.stream().map(e -> e.field() + ": " + e.message()).collect(Collectors.joining(", "));
        String text = errors.size() == 1 ? list : "[" + list + "]";
        String kind = type.kind() + (type.group().isEmpty() ? "" : "." + type.group());
        ApiException invalid = about(type, name, 422, "Invalid", kind + " \"" + name + "\" is invalid: " + text);
        invalid.details.put("kind", type.kind());
        ArrayNode causes = invalid.details.putArray("causes");
        errors.forEach(e -> causes.addObject()
                .put("reason", e.reason())
                .put("message", e.message())
                .put("field", e.field()));
        return invalid;
    }

    /**
     * An apply that would take fields from others.
     *
     * @param conflicts one message and field path for each
     */
    public static ApiException applyConflict(List<FieldError> conflicts) {
        String list =
                conflicts.stream().map(c -> c.message() + ": " + c.field()).collect(Collectors.joining("\n"));
        String count = conflicts.size() == 1 ? "1 conflict: " : conflicts.size() + " conflicts: ";
        ApiException conflict = of(409, "Conflict", "Apply failed with " + count + list);
        ArrayNode causes = conflict.details.putArray("causes");
        conflicts.forEach(c -> causes.addObject()
                .put("reason", c.reason())
                .put("message", c.message())
                .put("field", c.field()));
        return conflict;
    }

    public int code() {
        return code;
    }

    public String reason() {
        return reason;
    }

    /** The {@code v1} {@code Status} object. */
    public ObjectNode toStatus() {
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Failure").put("message", getMessage()).put("reason", reason);
        if (!details.isEmpty()) {
            status.set("details", details);
        }
        return status.put("code", code);
    }

    private static ApiException about(ResourceType type, String name, int code, String reason, String message) {
        ObjectNode details = Json.object();
        if (!name.isEmpty()) {
            details.put("name", name);
        }
        if (!type.group().isEmpty()) {
            details.put("group", type.group());
        }
        details.put("kind", type.plural());
        return new ApiException(code, reason, message, details);
    }
}
