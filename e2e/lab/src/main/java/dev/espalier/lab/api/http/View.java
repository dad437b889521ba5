package dev.espalier.lab.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.Meta;
import dev.espalier.lab.api.model.ResourceType;
import java.util.List;

/** How a client wants objects: whole, as metadata alone, or as a table of printer columns. */
sealed interface View {
    /** One object, or one watch event's object. */
    JsonNode one(ResourceType type, ObjectNode stored);

    /** A list; {@code listMeta} is its metadata. */
    JsonNode list(ResourceType type, List<ObjectNode> stored, ObjectNode listMeta);

    /** From the {@code Accept} header: the first media type in it that this server has. */
    static View of(Request request) {
        for (String accepted : request.header("Accept").split(",", -1)) {
            if (accepted.contains("as=Table")) {
                String include = request.parameter("includeObject");
                return new Table(include == null || include.isEmpty() ? "Metadata" : include);
            }
            if (accepted.contains("as=PartialObjectMetadata")) {
                return new MetadataOnly();
            }
            if (accepted.strip().startsWith("application/json")) {
                return new Whole();
            }
        }
        return new Whole();
    }

    record Whole() implements View {
        @Override
        public JsonNode one(ResourceType type, ObjectNode stored) {
            return type.fromStored(stored);
        }

        @Override
        public JsonNode list(ResourceType type, List<ObjectNode> stored, ObjectNode listMeta) {
            ObjectNode list = Json.object().put("kind", type.listKind()).put("apiVersion", type.apiVersion());
            list.set("metadata", listMeta);
            var items = list.putArray("items");
            stored.forEach(object -> items.add(type.fromStored(object)));
            return list;
        }
    }

    record MetadataOnly() implements View {
        private static final String VERSION = "meta.k8s.io/v1";

        @Override
        public JsonNode one(ResourceType type, ObjectNode stored) {
            ObjectNode partial =
                    Json.object().put("kind", "PartialObjectMetadata").put("apiVersion", VERSION);
            partial.set("metadata", stored.path("metadata"));
            return partial;
        }

        @Override
        public JsonNode list(ResourceType type, List<ObjectNode> stored, ObjectNode listMeta) {
            ObjectNode list =
                    Json.object().put("kind", "PartialObjectMetadataList").put("apiVersion", VERSION);
            list.set("metadata", listMeta);
            var items = list.putArray("items");
            stored.forEach(object -> items.add(one(type, object)));
            return list;
        }
    }

    /** @param includeObject what each row carries of its object: {@code None}, {@code Metadata} or {@code Object} */
    record Table(String includeObject) implements View {
        @Override
        public JsonNode one(ResourceType type, ObjectNode stored) {
            ObjectNode meta = Json.object().put("resourceVersion", Meta.resourceVersion(stored));
            return list(type, List.of(stored), meta);
        }

        @Override
        public JsonNode list(ResourceType type, List<ObjectNode> stored, ObjectNode listMeta) {
            return Tables.of(type, stored, listMeta, includeObject);
        }
    }
}
