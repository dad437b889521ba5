package dev.espalier.lab.api.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.espalier.lab.api.model.Json;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The difference between two states of an object in fields.
 *
 * @param changed added, or there before with another value
 * @param removed there before and gone
 */
record Changes(FieldSet changed, FieldSet removed) {
    static Changes between(JsonNode before, JsonNode after, MergeShape shape) {
        Changes changes = new Changes(new FieldSet(), new FieldSet());
        compare(before, after, shape, changes.changed, changes.removed);
        return new Changes(changes.changed.withoutSystemFields(), changes.removed.withoutSystemFields());
    }

    private static void compare(JsonNode before, JsonNode after, MergeShape shape, FieldSet changed, FieldSet removed) {
        MergeShape.Kind kind = shape.kind(after);
        if (kind != shape.kind(before) || kind == MergeShape.Kind.ATOMIC) {
            if (!Json.same(before, after)) {
                changed.markMember();
            }
            return;
        }
        if (kind == MergeShape.Kind.GRANULAR) {
            Set<String> names = new LinkedHashSet<>();
            before.fieldNames().forEachRemaining(names::add);
            after.fieldNames().forEachRemaining(names::add);
            names.forEach(name -> compareChild(
                    before.path(name), after.path(name), "f:" + name, shape.field(name), changed, removed));
            return;
        }
        Map<String, JsonNode> old = FieldSet.elements(before, shape);
        Map<String, JsonNode> now = FieldSet.elements(after, shape);
        Set<String> elements = new LinkedHashSet<>(old.keySet());
        elements.addAll(now.keySet());
        elements.forEach(element -> compareChild(
                old.getOrDefault(element, MissingNode.getInstance()),
                now.getOrDefault(element, MissingNode.getInstance()),
                element,
                shape.items(),
                changed,
                removed));
    }

    private static void compareChild(
            JsonNode before, JsonNode after, String element, MergeShape shape, FieldSet changed, FieldSet removed) {
        if (before.isMissingNode()) {
            addWhole(after, element, shape, changed);
        } else if (after.isMissingNode()) {
            addWhole(before, element, shape, removed);
        } else {
            compare(before, after, shape, changed.child(element), removed.child(element));
        }
    }

    private static void addWhole(JsonNode value, String element, MergeShape shape, FieldSet into) {
        FieldSet whole = FieldSet.of(value, shape);
        into.child(element).markMember();
        whole.elementNames().forEach(name -> {
            FieldSet target = into.child(element);
            FieldSet merged = target.under(name).union(whole.under(name));
            target.put(name, merged);
        });
    }
}
