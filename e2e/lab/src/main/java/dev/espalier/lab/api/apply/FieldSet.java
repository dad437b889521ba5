package dev.espalier.lab.api.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A set of field paths as a tree, the content of {@code managedFields[].fieldsV1}. Path elements are written as there: {@code f:name} for
 * a field, {@code k:{"type":"Ready"}} for a list item by key, {@code v:"x"} for a value of a set.
 */
final class FieldSet {
    private static final List<String> SYSTEM_METADATA = List.of(
            "name",
            "namespace",
            "creationTimestamp",
            "selfLink",
            "uid",
            "clusterName",
            "generation",
            "managedFields",
            "resourceVersion");

    private boolean member;
    private final TreeMap<String, FieldSet> children = new TreeMap<>();

    /** Every path of {@code value} that a manager who wrote it owns. */
    static FieldSet of(JsonNode value, MergeShape shape) {
        FieldSet set = new FieldSet();
        set.fill(value, shape);
        return set;
    }

    static FieldSet fromFieldsV1(JsonNode fields) {
        FieldSet set = new FieldSet();
        fields.properties().forEach(field -> {
            if (field.getKey().equals(".")) {
                set.member = true;
            } else {
                FieldSet child = fromFieldsV1(field.getValue());
                child.member |= child.children.isEmpty();
                set.children.put(field.getKey(), child);
            }
        });
        return set;
    }

    ObjectNode toFieldsV1() {
        ObjectNode fields = Json.object();
        if (member && !children.isEmpty()) {
            fields.putObject(".");
        }
        children.forEach((element, child) -> fields.set(element, child.toFieldsV1()));
        return fields;
    }

    private void fill(JsonNode value, MergeShape shape) {
        switch (shape.kind(value)) {
            case ATOMIC -> member = true;
            case GRANULAR ->
                value.properties().forEach(field -> {
                    FieldSet child = child("f:" + field.getKey());
                    child.fill(field.getValue(), shape.field(field.getKey()));
                    child.member |= child.children.isEmpty() || shape.isMapKey(field.getKey());
                });
            case LIST_BY_KEY, LIST_SET ->
                elements(value, shape).forEach((element, item) -> {
                    FieldSet child = child(element);
                    child.fill(item, shape.items());
                    child.member = true;
                });
        }
    }

    /** Items of a list by the path element that names each. */
    static Map<String, JsonNode> elements(JsonNode list, MergeShape shape) {
        Map<String, JsonNode> named = new java.util.LinkedHashMap<>();
        boolean byKey = shape.kind(list) == MergeShape.Kind.LIST_BY_KEY;
        for (JsonNode item : list) {
            named.put(byKey ? "k:" + keyOf(item, shape.keys(list)) : "v:" + item, item);
        }
        return named;
    }

    private static ObjectNode keyOf(JsonNode item, List<String> keys) {
        ObjectNode key = Json.object();
        keys.stream().sorted().filter(item::has).forEach(name -> key.set(name, item.get(name)));
        return key;
    }

    /** The subtree under {@code element}, made when there is none. */
    FieldSet child(String element) {
        return children.computeIfAbsent(element, e -> new FieldSet());
    }

    /** The subtree under {@code element}; empty when there is none. */
    FieldSet under(String element) {
        @Nullable FieldSet child = children.get(element);
        return child == null ? new FieldSet() : child;
    }

    void put(String element, FieldSet subtree) {
        children.put(element, subtree);
    }

    List<String> elementNames() {
        return List.copyOf(children.keySet());
    }

    void markMember() {
        member = true;
    }

    /** Whether the place itself is owned, not only something under it. */
    boolean isMember() {
        return member;
    }

    boolean isEmpty() {
        return !member && children.values().stream().allMatch(FieldSet::isEmpty);
    }

    FieldSet union(FieldSet other) {
        FieldSet result = copy();
        result.member |= other.member;
        other.children.forEach((element, child) ->
                result.children.put(element, result.under(element).union(child)));
        return result;
    }

    FieldSet minus(FieldSet other) {
        FieldSet result = new FieldSet();
        result.member = member && !other.member;
        children.forEach((element, child) -> {
            FieldSet left = child.minus(other.under(element));
            if (!left.isEmpty()) {
                result.children.put(element, left);
            }
        });
        return result;
    }

    FieldSet intersect(FieldSet other) {
        FieldSet result = new FieldSet();
        result.member = member && other.member;
        children.forEach((element, child) -> {
            FieldSet common = child.intersect(other.under(element));
            if (!common.isEmpty()) {
                result.children.put(element, common);
            }
        });
        return result;
    }

    FieldSet copy() {
        FieldSet result = new FieldSet();
        result.member = member;
        children.forEach((element, child) -> result.children.put(element, child.copy()));
        return result;
    }

    /** Without what the server alone writes, and without what only identifies the object. */
    FieldSet withoutSystemFields() {
        FieldSet result = copy();
        result.children.remove("f:apiVersion");
        result.children.remove("f:kind");
        FieldSet metadata = result.children.get("f:metadata");
        if (metadata != null) {
            SYSTEM_METADATA.forEach(name -> metadata.children.remove("f:" + name));
            if (metadata.children.isEmpty()) {
                result.children.remove("f:metadata");
            }
        }
        return result;
    }

    /** Paths as people read them: {@code .status.conditions[type="Ready"].status}. */
    List<String> paths() {
        List<String> paths = new ArrayList<>();
        collect("", paths);
        return paths;
    }

    private void collect(String prefix, List<String> into) {
        if (member) {
            into.add(prefix);
        }
        children.forEach((element, child) -> child.collect(prefix + readable(element), into));
    }

    private static String readable(String element) {
        String body = element.substring(2);
        return switch (element.charAt(0)) {
            case 'f' -> "." + body;
            case 'k' -> {
                List<String> parts = new ArrayList<>();
                Json.literal(body).properties().forEach(field -> parts.add(field.getKey() + "=" + field.getValue()));
                yield "[" + String.join(",", parts) + "]";
            }
            default -> "[=" + body + "]";
        };
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FieldSet set && member == set.member && children.equals(set.children);
    }

    @Override
    public int hashCode() {
        return 31 * children.hashCode() + Boolean.hashCode(member);
    }

    @Override
    public String toString() {
        return toFieldsV1().toString();
    }
}
