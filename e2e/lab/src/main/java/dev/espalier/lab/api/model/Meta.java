package dev.espalier.lab.api.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Access to {@code metadata}. */
public final class Meta {
    private Meta() {}

    public static ObjectNode of(ObjectNode object) {
        return Json.childObject(object, "metadata");
    }

    public static String name(JsonNode object) {
        return Json.textOrEmpty(object, "metadata", "name");
    }

    public static String namespace(JsonNode object) {
        return Json.textOrEmpty(object, "metadata", "namespace");
    }

    public static String uid(JsonNode object) {
        return Json.textOrEmpty(object, "metadata", "uid");
    }

    public static String resourceVersion(JsonNode object) {
        return Json.textOrEmpty(object, "metadata", "resourceVersion");
    }

    public static long generation(JsonNode object) {
        return Json.at(object, "metadata", "generation").asLong();
    }

    public static List<String> finalizers(JsonNode object) {
        return Json.texts(Json.at(object, "metadata", "finalizers"));
    }

    public static boolean isDeleting(JsonNode object) {
        return Json.text(object, "metadata", "deletionTimestamp") != null;
    }

    public static @Nullable String label(JsonNode object, String key) {
        return Json.text(object, "metadata", "labels", key);
    }

    /** Now, as {@code metav1.Time} writes it: UTC, whole seconds. */
    public static String timestamp() {
        return timestamp(Instant.now());
    }

    public static String timestamp(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
