package dev.espalier.lab.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.ApiException;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.ResourceType;
import dev.espalier.lab.api.patch.Patches;
import dev.espalier.lab.api.patch.StrategicMerge;
import dev.espalier.lab.api.rest.ResourceWriter;
import dev.espalier.lab.api.rest.WriteOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** {@code PATCH}: the four kinds by media type. */
final class PatchRequests {
    private static final String JSON = "application/json-patch+json";
    private static final String MERGE = "application/merge-patch+json";
    private static final String STRATEGIC = "application/strategic-merge-patch+json";
    private static final String APPLY = "application/apply-patch+yaml";

    private final ResourceWriter writer;

    PatchRequests(ResourceWriter writer) {
        this.writer = writer;
    }

    static boolean isApply(Request request) {
        return request.mediaType().equals(APPLY);
    }

    ResourceWriter.Applied answer(ResourceType type, Target target, Request request, WriteOptions options) {
        byte[] body = request.body();
        if (isApply(request)) {
            String manager = request.parameter("fieldManager");
            if (manager == null || manager.isEmpty()) {
                throw ApiException.of(
                        422,
                        "Invalid",
                        "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch");
            }
            ObjectNode config = Json.parseObject(body, "application/yaml");
            return writer.apply(type, target.namespace(), target.name(), target.subresource(), config, options);
        }
        if (options.force()) {
            throw ApiException.of(
                    422,
                    "Invalid",
                    "PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for non-apply patch");
        }
        UnaryOperator<ObjectNode> change = change(type, request.mediaType(), Json.parse(body, "application/json"));
        return new ResourceWriter.Applied(
                writer.update(type, target.namespace(), target.name(), target.subresource(), change, false, options),
                false);
    }

    private static UnaryOperator<ObjectNode> change(ResourceType type, String mediaType, JsonNode patch) {
        return switch (mediaType) {
            case JSON -> current -> Patches.json(current, patch);
            case MERGE -> current -> Patches.merge(current, object(patch));
            case STRATEGIC -> {
                if (type.custom()) {
                    throw ApiException.unsupportedMediaType(mediaType, accepted(type));
                }
                yield current -> StrategicMerge.apply(current, object(patch));
            }
            default -> throw ApiException.unsupportedMediaType(mediaType, accepted(type));
        };
    }

    private static List<String> accepted(ResourceType type) {
        List<String> types = new ArrayList<>(List.of(JSON, MERGE));
        if (!type.custom()) {
            types.add(STRATEGIC);
        }
        types.add(APPLY);
        return types;
    }

    private static ObjectNode object(JsonNode patch) {
        if (patch instanceof ObjectNode object) {
            return object;
        }
        throw ApiException.badRequest("the patch is not an object");
    }
}
