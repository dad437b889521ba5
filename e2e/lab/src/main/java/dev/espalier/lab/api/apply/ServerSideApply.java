package dev.espalier.lab.api.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.ApiException;
import dev.espalier.lab.api.model.FieldError;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.ResourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Server-side apply (Kubernetes documentation, "Server-Side Apply"): the applied configuration is merged into the live object, what its
 * manager applied before and no longer does is removed unless another manager owns it too, and a change to a field that another manager
 * owns is a conflict unless forced.
 */
public final class ServerSideApply {
    private final MergeShape shape;
    private final Ownership.Owner owner;

    public ServerSideApply(ResourceType type, Ownership.Owner owner) {
        this.shape = MergeShape.of(type);
        this.owner = owner;
    }

    /**
     * Returns the new object with its {@code managedFields}.
     *
     * @param live the object as it is, or an object without any field
     * @param config what the client applies
     * @throws ApiException 409, with one cause for each field that others own
     */
    public ObjectNode apply(ObjectNode live, ObjectNode config, boolean force) {
        Ownership ownership = Ownership.read(live);
        FieldSet applied = FieldSet.of(config, shape).withoutSystemFields();
        FieldSet previous = ownership.ownedBy(owner);
        ObjectNode merged = live.deepCopy();
        mergeObject(merged, config, shape);
        FieldSet keep = applied.union(ownership.ownedByOthers(owner));
        pruneObject(merged, previous, keep, shape);

        Changes changes = Changes.between(live, merged, shape);
        if (!force) {
            refuseConflicts(ownership, changes);
        }
        ownership.with(owner, applied, changes.changed(), changes.removed()).write(merged);
        return merged;
    }

    private void refuseConflicts(Ownership ownership, Changes changes) {
        List<FieldError> conflicts = new ArrayList<>();
        for (Ownership.Entry entry : ownership.entries()) {
            if (!entry.owner().sameAs(owner)) {
                entry.fields()
                        .intersect(changes.changed())
                        .paths()
                        .forEach(path -> conflicts.add(new FieldError(
                                path, "FieldManagerConflict", entry.owner().describe())));
            }
        }
        if (!conflicts.isEmpty()) {
            throw ApiException.applyConflict(conflicts);
        }
    }

    private static JsonNode merge(JsonNode live, JsonNode config, MergeShape shape) {
        MergeShape.Kind kind = shape.kind(config);
        if (kind == MergeShape.Kind.ATOMIC) {
            return config.deepCopy();
        }
        if (config instanceof ObjectNode object) {
            ObjectNode target = live instanceof ObjectNode existing ? existing : Json.object();
            mergeObject(target, object, shape);
            return target;
        }
        ArrayNode result = Json.array();
        Map<String, JsonNode> wanted = FieldSet.elements(config, shape);
        Map<String, JsonNode> present = live.isArray() ? FieldSet.elements(live, shape) : Map.of();
        present.forEach((element, item) -> {
            JsonNode change = wanted.get(element);
            result.add(change == null ? item : merge(item, change, shape.items()));
        });
        wanted.forEach((element, item) -> {
            if (!present.containsKey(element)) {
                result.add(merge(MissingNode.getInstance(), item, shape.items()));
            }
        });
        return result;
    }

    private static void mergeObject(ObjectNode target, ObjectNode config, MergeShape shape) {
        config.properties().forEach(field -> {
            if (field.getValue().isNull()) {
                target.remove(field.getKey());
            } else {
                target.set(
                        field.getKey(),
                        merge(target.path(field.getKey()), field.getValue(), shape.field(field.getKey())));
            }
        });
    }

    /**
     * Removes from {@code object} what is in {@code previous} and not in {@code keep}. A container stays while something that nobody owns
     * (a default) is in it, and goes when it is empty.
     */
    private static void pruneObject(ObjectNode object, FieldSet previous, FieldSet keep, MergeShape shape) {
        for (String element : previous.elementNames()) {
            String name = element.substring(2);
            JsonNode value = object.path(name);
            FieldSet owned = previous.under(element);
            FieldSet kept = keep.under(element);
            if (kept.isEmpty() && owned.isMember()) {
                object.remove(name);
            } else if (value instanceof ObjectNode child && shape.field(name).kind(child) == MergeShape.Kind.GRANULAR) {
                pruneObject(child, owned, kept, shape.field(name));
                removeIfEmpty(object, name, kept);
            } else if (value.isArray() && shape.field(name).kind(value) != MergeShape.Kind.ATOMIC) {
                object.set(name, pruneList(value, owned, kept, shape.field(name)));
                removeIfEmpty(object, name, kept);
            }
        }
    }

    private static void removeIfEmpty(ObjectNode object, String name, FieldSet kept) {
        if (kept.isEmpty() && object.path(name).isEmpty()) {
            object.remove(name);
        }
    }

    private static ArrayNode pruneList(JsonNode list, FieldSet previous, FieldSet keep, MergeShape shape) {
        ArrayNode result = Json.array();
        List<String> keys = shape.keys(list);
        FieldSet.elements(list, shape).forEach((element, item) -> {
            FieldSet owned = previous.under(element);
            if (owned.isEmpty()) {
                result.add(item);
            } else if (!keep.under(element).isEmpty()) {
                if (item instanceof ObjectNode object && shape.items().kind(object) == MergeShape.Kind.GRANULAR) {
                    ObjectNode identity = object.deepCopy().retain(keys);
                    pruneObject(object, owned, keep.under(element), shape.items());
                    object.setAll(identity);
                }
                result.add(item);
            }
        });
        return result;
    }
}
