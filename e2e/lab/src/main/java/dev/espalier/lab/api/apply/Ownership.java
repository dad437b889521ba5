package dev.espalier.lab.api.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.Meta;
import dev.espalier.lab.api.model.ResourceType;
import java.util.ArrayList;
import java.util.List;

/** {@code metadata.managedFields}: who owns which field. An owner is a manager name, an operation and a subresource. */
public final class Ownership {
    private final List<Entry> entries;

    private Ownership(List<Entry> entries) {
        this.entries = entries;
    }

    /**
     * One way of owning.
     *
     * @param operation {@code Apply} or {@code Update}
     * @param subresource empty for the main resource
     */
    public record Owner(String manager, String operation, String apiVersion, String subresource) {
        boolean sameAs(Owner other) {
            return manager.equals(other.manager)
                    && operation.equals(other.operation)
                    && subresource.equals(other.subresource);
        }

        String describe() {
            String text =
                    "\"" + manager + "\"" + (subresource.isEmpty() ? "" : " with subresource \"" + subresource + "\"");
            return "conflict with " + text + " using " + apiVersion;
        }
    }

    record Entry(Owner owner, String time, FieldSet fields) {}

    static Ownership read(JsonNode object) {
        List<Entry> entries = new ArrayList<>();
        for (JsonNode entry : Json.at(object, "metadata", "managedFields")) {
            Owner owner = new Owner(
                    Json.textOrEmpty(entry, "manager"),
                    Json.textOrEmpty(entry, "operation"),
                    Json.textOrEmpty(entry, "apiVersion"),
                    Json.textOrEmpty(entry, "subresource"));
            entries.add(
                    new Entry(owner, Json.textOrEmpty(entry, "time"), FieldSet.fromFieldsV1(entry.path("fieldsV1"))));
        }
        return new Ownership(entries);
    }

    List<Entry> entries() {
        return entries;
    }

    FieldSet ownedBy(Owner owner) {
        return entries.stream()
                .filter(e -> e.owner().sameAs(owner))
                .map(Entry::fields)
                .reduce(new FieldSet(), FieldSet::union);
    }

    FieldSet ownedByOthers(Owner owner) {
        return entries.stream()
                .filter(e -> !e.owner().sameAs(owner))
                .map(Entry::fields)
                .reduce(new FieldSet(), FieldSet::union);
    }

    /** What remains for everyone else once {@code owner} has taken {@code taken} and {@code removed} is gone, plus what {@code owner} now has. */
    Ownership with(Owner owner, FieldSet owned, FieldSet taken, FieldSet removed) {
        List<Entry> next = new ArrayList<>();
        boolean placed = false;
        for (Entry entry : entries) {
            if (!entry.owner().sameAs(owner)) {
                addUnlessEmpty(
                        next,
                        entry.owner(),
                        entry.time(),
                        entry,
                        entry.fields().minus(taken).minus(removed));
            } else if (!placed) {
                placed = true;
                addUnlessEmpty(next, owner, entry.time(), entry, owned);
            }
        }
        if (!placed && !owned.isEmpty()) {
            next.add(new Entry(owner, Meta.timestamp(), owned));
        }
        return new Ownership(next);
    }

    private static void addUnlessEmpty(List<Entry> into, Owner owner, String time, Entry before, FieldSet fields) {
        if (!fields.isEmpty()) {
            into.add(new Entry(owner, fields.equals(before.fields()) ? time : Meta.timestamp(), fields));
        }
    }

    void write(ObjectNode object) {
        ObjectNode metadata = Meta.of(object);
        if (entries.isEmpty()) {
            metadata.remove("managedFields");
            return;
        }
        ArrayNode list = metadata.putArray("managedFields");
        for (Entry entry : entries) {
            ObjectNode node = list.addObject()
                    .put("manager", entry.owner().manager())
                    .put("operation", entry.owner().operation())
                    .put("apiVersion", entry.owner().apiVersion())
                    .put("time", entry.time())
                    .put("fieldsType", "FieldsV1");
            node.set("fieldsV1", entry.fields().toFieldsV1());
            if (!entry.owner().subresource().isEmpty()) {
                node.put("subresource", entry.owner().subresource());
            }
        }
    }

    /**
     * Records in {@code after} that {@code owner} (of operation {@code Update}) changed {@code before} into it; whoever owned a changed
     * field before loses it.
     */
    public static void trackUpdate(JsonNode before, ObjectNode after, ResourceType type, Owner owner) {
        Ownership ownership = read(before);
        Changes changes = Changes.between(before, after, MergeShape.of(type));
        FieldSet owned = ownership.ownedBy(owner).union(changes.changed()).minus(changes.removed());
        ownership.with(owner, owned, changes.changed(), changes.removed()).write(after);
    }
}
