package dev.espalier.lab.api.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.ApiException;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.Meta;
import dev.espalier.lab.api.model.ResourceType;
import dev.espalier.lab.api.store.Lifecycle;
import dev.espalier.lab.api.store.Store;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Deletes objects as {@code DeleteOptions} ask. */
public final class Deletions {
    private static final Set<String> PROTECTED_NAMESPACES = Set.of("default", "kube-system", "kube-public");
    private static final Set<String> FINISHED = Set.of("Succeeded", "Failed");

    private final Store store;
    private final Lifecycle lifecycle;

    public Deletions(Store store, Lifecycle lifecycle) {
        this.store = store;
        this.lifecycle = lifecycle;
    }

    /**
     * How to delete.
     *
     * @param graceSeconds null for the object's own
     * @param policy {@code Background}, {@code Foreground} or {@code Orphan}
     * @param uid the uid that the object must have; empty for any
     * @param resourceVersion the version that the object must have; empty for any
     */
    public record Options(
            @Nullable Long graceSeconds, String policy, String uid, String resourceVersion, boolean dryRun) {
        /** From a {@code DeleteOptions} body, already completed by query parameters. */
        public static Options of(JsonNode body, boolean dryRun) {
            String policy = Json.textOrEmpty(body, "propagationPolicy");
            if (body.path("orphanDependents").asBoolean()) {
                policy = "Orphan";
            }
            if (!policy.isEmpty()
                    && !List.of("Background", "Foreground", "Orphan").contains(policy)) {
                throw ApiException.badRequest("invalid deletion propagation policy \"" + policy + "\"");
            }
            return new Options(
                    body.hasNonNull("gracePeriodSeconds")
                            ? body.path("gracePeriodSeconds").asLong()
                            : null,
                    policy.isEmpty() ? "Background" : policy,
                    Json.textOrEmpty(body, "preconditions", "uid"),
                    Json.textOrEmpty(body, "preconditions", "resourceVersion"),
                    dryRun || body.path("dryRun").size() > 0);
        }
    }

    /** Returns the object in stored form, marked or in its last state. */
    public Lifecycle.Outcome delete(ResourceType type, String namespace, String name, Options options) {
        Store.Key key = new Store.Key(type.storageKey(), namespace, name);
        return store.alone(() -> {
            ObjectNode current = store.get(key);
            if (current == null) {
                throw ApiException.notFound(type, name);
            }
            check(type, name, "UID", options.uid(), Meta.uid(current));
            check(type, name, "ResourceVersion", options.resourceVersion(), Meta.resourceVersion(current));
            if (type.storageKey().equals("/namespaces") && PROTECTED_NAMESPACES.contains(name)) {
                throw ApiException.forbidden(type, name, "this namespace may not be deleted");
            }
            return lifecycle.delete(
                    key,
                    current,
                    graceSeconds(type, current, options.graceSeconds()),
                    options.policy(),
                    options.dryRun());
        });
    }

    private static void check(ResourceType type, String name, String what, String wanted, String actual) {
        if (!wanted.isEmpty() && !wanted.equals(actual)) {
            throw ApiException.conflict(
                    type,
                    name,
                    "Precondition failed: " + what + " in precondition: " + wanted + ", " + what + " in object meta: "
                            + actual);
        }
    }

    /** Only a pod that a kubelet may be running has a grace period. */
    private static long graceSeconds(ResourceType type, ObjectNode object, @Nullable Long asked) {
        boolean runs = type.storageKey().equals("/pods")
                && !Json.textOrEmpty(object, "spec", "nodeName").isEmpty()
                && !FINISHED.contains(Json.textOrEmpty(object, "status", "phase"));
        if (!runs) {
            return 0;
        }
        return asked == null
                ? Json.at(object, "spec", "terminationGracePeriodSeconds").asLong()
                : asked;
    }
}
