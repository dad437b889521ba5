package dev.espalier.lab.api.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.Meta;
import dev.espalier.lab.api.model.ResourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Deletes objects whose owners are all gone, and carries out foreground and orphan deletion. An owner counts as there only if the object of
 * that kind and name has the reference's uid, so a reference to a wrong uid is fatal, as on a real cluster.
 */
final class GarbageCollector {
    private final Store store;
    private final TypeRegistry types;
    private final Lifecycle lifecycle;

    GarbageCollector(Store store, TypeRegistry types, Lifecycle lifecycle) {
        this.store = store;
        this.types = types;
        this.lifecycle = lifecycle;
    }

    void handle(StoreEvent event) {
        if (event.change() == StoreEvent.Change.DELETED) {
            dependents(Meta.uid(event.object())).forEach(this::collectIfUnowned);
            references(event.object())
                    .forEach(reference ->
                            ownerOf(reference, event.key().namespace()).ifPresent(this::finishForeground));
            return;
        }
        if (!references(event.object()).isEmpty()) {
            collectIfUnowned(event.key());
        }
        if (Meta.isDeleting(event.object())) {
            if (Meta.finalizers(event.object()).contains(Lifecycle.ORPHAN)) {
                orphan(event);
            }
            finishForeground(event.key());
        }
    }

    private static List<JsonNode> references(JsonNode object) {
        List<JsonNode> references = new ArrayList<>();
        Json.at(object, "metadata", "ownerReferences").forEach(references::add);
        return references;
    }

    private List<Store.Key> dependents(String uid) {
        List<Store.Key> found = new ArrayList<>();
        for (String resource : store.resources()) {
            for (ObjectNode object : store.list(resource, "").items()) {
                if (references(object).stream()
                        .anyMatch(r -> Json.textOrEmpty(r, "uid").equals(uid))) {
                    found.add(new Store.Key(resource, Meta.namespace(object), Meta.name(object)));
                }
            }
        }
        return found;
    }

    /** The owner that a reference in an object of {@code namespace} means, if it is there with that uid. */
    private Optional<Store.Key> ownerOf(JsonNode reference, String namespace) {
        return typeOf(reference)
                .map(type -> new Store.Key(
                        type.storageKey(), type.namespaced() ? namespace : "", Json.textOrEmpty(reference, "name")))
                .filter(key -> {
                    ObjectNode owner = store.get(key);
                    return owner != null && Meta.uid(owner).equals(Json.textOrEmpty(reference, "uid"));
                });
    }

    private Optional<ResourceType> typeOf(JsonNode reference) {
        return types.ofKind(Json.textOrEmpty(reference, "apiVersion"), Json.textOrEmpty(reference, "kind"));
    }

    private void collectIfUnowned(Store.Key key) {
        store.alone(() -> {
            ObjectNode object = store.get(key);
            if (object == null || references(object).isEmpty()) {
                return false;
            }
            // A kind that is not served cannot be told to be gone.
            boolean owned = references(object).stream()
                    .anyMatch(reference -> typeOf(reference).isEmpty()
                            || ownerOf(reference, key.namespace()).isPresent());
            if (!owned && !Meta.isDeleting(object)) {
                lifecycle.delete(key, object, 0, "Background", false);
            }
            return true;
        });
    }

    private void orphan(StoreEvent event) {
        String uid = Meta.uid(event.object());
        for (Store.Key key : dependents(uid)) {
            store.alone(() -> {
                ObjectNode object = store.get(key);
                if (object != null) {
                    ObjectNode changed = object.deepCopy();
                    ArrayNode left = Json.array();
                    references(object).stream()
                            .filter(r -> !Json.textOrEmpty(r, "uid").equals(uid))
                            .forEach(left::add);
                    if (left.isEmpty()) {
                        Meta.of(changed).remove("ownerReferences");
                    } else {
                        Meta.of(changed).set("ownerReferences", left);
                    }
                    lifecycle.settle(key, changed);
                }
                return true;
            });
        }
        lifecycle.dropFinalizer(event.key(), Lifecycle.ORPHAN);
    }

    /** Deletes the dependents of an owner that waits for them; lets it go when none blocks it any more. */
    private void finishForeground(Store.Key ownerKey) {
        ObjectNode owner = store.get(ownerKey);
        if (owner == null || !Meta.finalizers(owner).contains(Lifecycle.FOREGROUND)) {
            return;
        }
        String uid = Meta.uid(owner);
        boolean blocked = false;
        for (Store.Key key : dependents(uid)) {
            blocked |= store.alone(() -> {
                ObjectNode object = store.get(key);
                if (object == null) {
                    return false;
                }
                boolean gone = !Meta.isDeleting(object)
                        && lifecycle.delete(key, object, 0, "Foreground", false).removed();
                return !gone && blocks(object, uid);
            });
        }
        if (!blocked) {
            lifecycle.dropFinalizer(ownerKey, Lifecycle.FOREGROUND);
        }
    }

    private static boolean blocks(JsonNode object, String ownerUid) {
        return references(object).stream()
                .anyMatch(r -> Json.textOrEmpty(r, "uid").equals(ownerUid)
                        && r.path("blockOwnerDeletion").asBoolean());
    }
}
