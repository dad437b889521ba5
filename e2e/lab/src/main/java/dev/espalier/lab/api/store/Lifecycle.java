package dev.espalier.lab.api.store;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.Meta;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** How objects end: marked with a deletion timestamp while finalizers or a grace period hold them, removed when nothing does. */
public final class Lifecycle {
    public static final String FOREGROUND = "foregroundDeletion";
    public static final String ORPHAN = "orphan";
    private static final Map<String, String> FINALIZER_OF_POLICY = Map.of("Foreground", FOREGROUND, "Orphan", ORPHAN);

    private final Store store;

    public Lifecycle(Store store) {
        this.store = store;
    }

    /**
     * What a deletion did.
     *
     * @param removed false when the object is still there, marked
     */
    public record Outcome(ObjectNode object, boolean removed) {}

    /**
     * Deletes an object that exists.
     *
     * @param graceSeconds how long the object stays though no finalizer holds it; 0 for everything but running pods
     * @param policy {@code Background}, {@code Foreground} or {@code Orphan}
     */
    public Outcome delete(Store.Key key, ObjectNode current, long graceSeconds, String policy, boolean dryRun) {
        ObjectNode marked = current.deepCopy();
        boolean changed = mark(marked, graceSeconds);
        String finalizer = FINALIZER_OF_POLICY.get(policy);
        if (finalizer != null && !Meta.finalizers(marked).contains(finalizer)) {
            (Meta.of(marked).get("finalizers") instanceof ArrayNode list
                            ? list
                            : Meta.of(marked).putArray("finalizers"))
                    .add(finalizer);
            changed = true;
        }
        if (isFree(marked)) {
            return new Outcome(dryRun ? current : store.remove(key, marked), true);
        }
        return new Outcome(changed && !dryRun ? store.put(key, marked) : marked, false);
    }

    /** Stores a changed object, or removes it when the change took the last thing that held it. */
    public ObjectNode settle(Store.Key key, ObjectNode changed) {
        return Meta.isDeleting(changed) && isFree(changed) ? store.remove(key, changed) : store.put(key, changed);
    }

    /** Takes one finalizer off an object, if it is there, and settles it. */
    public void dropFinalizer(Store.Key key, String finalizer) {
        store.alone(() -> {
            ObjectNode current = store.get(key);
            if (current != null && Meta.finalizers(current).contains(finalizer)) {
                ObjectNode changed = current.deepCopy();
                List<String> left = Meta.finalizers(current).stream()
                        .filter(f -> !f.equals(finalizer))
                        .toList();
                Meta.of(changed).set("finalizers", Json.textArray(left));
                settle(key, changed);
            }
            return true;
        });
    }

    private static boolean mark(ObjectNode object, long graceSeconds) {
        ObjectNode metadata = Meta.of(object);
        boolean before = Meta.isDeleting(object);
        boolean shorter = metadata.path("deletionGracePeriodSeconds").asLong() > graceSeconds;
        if (before && !shorter) {
            return false;
        }
        metadata.put("deletionTimestamp", Meta.timestamp(Instant.now().plusSeconds(graceSeconds)));
        metadata.put("deletionGracePeriodSeconds", graceSeconds);
        if (!before && metadata.has("generation")) {
            metadata.put("generation", Meta.generation(object) + 1);
        }
        if (object.path("kind").asText().equals("Namespace")) {
            Json.childObject(object, "status").put("phase", "Terminating");
        }
        return true;
    }

    /** A namespace is held by its own finalizers in {@code spec}, too. */
    private static boolean isFree(ObjectNode object) {
        boolean namespaceHeld = object.path("kind").asText().equals("Namespace")
                && !object.path("spec").path("finalizers").isEmpty();
        return Meta.finalizers(object).isEmpty()
                && !namespaceHeld
                && Json.at(object, "metadata", "deletionGracePeriodSeconds").asLong() == 0;
    }
}
