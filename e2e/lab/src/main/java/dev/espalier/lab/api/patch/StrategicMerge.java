package dev.espalier.lab.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * Strategic merge patch: a merge patch in which lists that have keys are merged by key, with the directives {@code $patch} (delete,
 * replace), {@code $retainKeys}, {@code $deleteFromPrimitiveList/...} and {@code $setElementOrder/...}.
 */
public final class StrategicMerge {
    private static final String PATCH = "$patch";
    private static final String RETAIN = "$retainKeys";
    private static final String DELETE_PRIMITIVE = "$deleteFromPrimitiveList/";
    private static final String ORDER = "$setElementOrder/";

    private StrategicMerge() {}

    public static ObjectNode apply(ObjectNode target, ObjectNode patch) {
        ObjectNode result = target.deepCopy();
        mergeObject(result, patch);
        return result;
    }

    private static void mergeObject(ObjectNode target, ObjectNode patch) {
        if (Json.textOrEmpty(patch, PATCH).equals("replace")) {
            target.removeAll();
        }
        if (patch.has(RETAIN)) {
            target.retain(Json.texts(patch.path(RETAIN)));
        }
        patch.properties().forEach(field -> mergeField(target, field.getKey(), field.getValue()));
        patch.properties().forEach(field -> {
            if (field.getKey().startsWith(ORDER)) {
                order(target, field.getKey().substring(ORDER.length()), field.getValue());
            }
        });
    }

    private static void mergeField(ObjectNode target, String name, JsonNode value) {
        if (name.startsWith(DELETE_PRIMITIVE)) {
            removeValues(target, name.substring(DELETE_PRIMITIVE.length()), value);
        } else if (name.startsWith("$")) {
            return;
        } else if (value.isNull()) {
            target.remove(name);
        } else if (value instanceof ObjectNode nested) {
            if (Json.textOrEmpty(nested, PATCH).equals("delete")) {
                target.remove(name);
            } else {
                ObjectNode child = target.get(name) instanceof ObjectNode existing ? existing : target.putObject(name);
                mergeObject(child, nested);
            }
        } else if (value instanceof ArrayNode list) {
            target.set(name, mergeList(name, target.path(name), list));
        } else {
            target.set(name, value.deepCopy());
        }
    }

    private static ArrayNode mergeList(String name, JsonNode current, ArrayNode patch) {
        List<String> keys = ListKeys.of(name, patch);
        boolean replace = false;
        for (JsonNode item : patch) {
            replace |= Json.textOrEmpty(item, PATCH).equals("replace");
        }
        ArrayNode result = Json.array();
        if (!replace && (!keys.isEmpty() || ListKeys.isSet(name))) {
            current.forEach(item -> result.add(item.deepCopy()));
        }
        for (JsonNode item : patch) {
            if (keys.isEmpty()) {
                addPlain(result, item, ListKeys.isSet(name));
            } else {
                // The first key is the patch merge key; the others only tell list items of server-side apply apart.
                mergeItem(result, item, keys.getFirst());
            }
        }
        return result;
    }

    private static void addPlain(ArrayNode result, JsonNode item, boolean set) {
        if (item.has(PATCH) || (set && contains(result, item))) {
            return;
        }
        result.add(item.deepCopy());
    }

    private static void mergeItem(ArrayNode result, JsonNode item, String key) {
        if (!(item instanceof ObjectNode patch)
                || Json.textOrEmpty(patch, PATCH).equals("replace")) {
            return;
        }
        int found = indexOf(result, patch.path(key), key);
        if (Json.textOrEmpty(patch, PATCH).equals("delete")) {
            if (found >= 0) {
                result.remove(found);
            }
            return;
        }
        ObjectNode target =
                found >= 0 && result.get(found) instanceof ObjectNode existing ? existing : result.addObject();
        mergeObject(target, patch);
    }

    private static int indexOf(ArrayNode list, JsonNode value, String key) {
        for (int i = 0; i < list.size(); i++) {
            if (Json.same(list.path(i).path(key), value)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean contains(ArrayNode list, JsonNode value) {
        for (JsonNode item : list) {
            if (Json.same(item, value)) {
                return true;
            }
        }
        return false;
    }

    private static void removeValues(ObjectNode target, String name, JsonNode values) {
        if (target.get(name) instanceof ArrayNode list) {
            ArrayNode kept = Json.array();
            for (JsonNode item : list) {
                if (!(values instanceof ArrayNode gone && contains(gone, item))) {
                    kept.add(item);
                }
            }
            target.set(name, kept);
        }
    }

    /** Items named by the directive come in its order; others keep their place behind. */
    private static void order(ObjectNode target, String name, JsonNode order) {
        if (!(target.get(name) instanceof ArrayNode list) || !order.isArray() || order.isEmpty()) {
            return;
        }
        List<String> keys = ListKeys.of(name, order);
        List<JsonNode> rest = new ArrayList<>();
        list.forEach(rest::add);
        ArrayNode sorted = Json.array();
        for (JsonNode wanted : order) {
            for (JsonNode item : List.copyOf(rest)) {
                boolean same = keys.isEmpty()
                        ? Json.same(item, wanted)
                        : Json.same(item.path(keys.getFirst()), wanted.path(keys.getFirst()));
                if (same) {
                    sorted.add(item);
                    rest.remove(item);
                }
            }
        }
        rest.forEach(sorted::add);
        target.set(name, sorted);
    }
}
