package dev.espalier.lab.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.ApiException;
import io.fabric8.zjsonpatch.JsonPatch;
import io.fabric8.zjsonpatch.JsonPatchException;

/** JSON merge patch (RFC 7396) and JSON patch (RFC 6902). */
public final class Patches {
    private Patches() {}

    /** RFC 7396, section 2, on a copy. */
    public static ObjectNode merge(ObjectNode target, ObjectNode patch) {
        ObjectNode result = target.deepCopy();
        mergeInto(result, patch);
        return result;
    }

    private static void mergeInto(ObjectNode target, ObjectNode patch) {
        patch.properties().forEach(field -> {
            JsonNode value = field.getValue();
            if (value.isNull()) {
                target.remove(field.getKey());
            } else if (value instanceof ObjectNode nested) {
                ObjectNode child = target.get(field.getKey()) instanceof ObjectNode existing
                        ? existing
                        : target.putObject(field.getKey());
                mergeInto(child, nested);
            } else {
                target.set(field.getKey(), value.deepCopy());
            }
        });
    }

    /** RFC 6902 on a copy; an operation that does not apply (a failed {@code test} too) is a 422, as the API server answers. */
    public static ObjectNode json(ObjectNode target, JsonNode operations) {
        if (!(operations instanceof ArrayNode)) {
            throw ApiException.badRequest("a JSON patch is a list of operations");
        }
        try {
            if (JsonPatch.apply(operations, target.deepCopy()) instanceof ObjectNode result) {
                return result;
            }
            throw ApiException.badRequest("the JSON patch leaves no object");
        } catch (JsonPatchException e) {
            throw ApiException.of(
                    422,
                    "Invalid",
                    "the server rejected our request due to an error in our request: " + e.getMessage());
        }
    }
}
