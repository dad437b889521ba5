package dev.espalier.lab.api.apply;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.ResourceType;
import dev.espalier.lab.api.patch.ListKeys;
import java.util.List;
import java.util.Set;

/** How the value at one place of an object merges: from the schema of a custom resource, or by field names for built-in resources. */
sealed interface MergeShape {
    /** What one manager can own. */
    enum Kind {
        /** An object whose fields are owned one by one. */
        GRANULAR,
        /** A list whose items are told apart by keys. */
        LIST_BY_KEY,
        /** A list of plain values, each owned by itself. */
        LIST_SET,
        /** Owned as a whole: scalars, and lists and objects without finer structure. */
        ATOMIC
    }

    static MergeShape of(ResourceType type) {
        return type.custom() ? new BySchema(type.schema(), true) : new ByName("");
    }

    Kind kind(JsonNode value);

    MergeShape field(String name);

    MergeShape items();

    List<String> keys(JsonNode list);

    /** Whether {@code name} is a free key of a map, not a declared field. */
    boolean isMapKey(String name);

    record BySchema(JsonNode schema, boolean root) implements MergeShape {
        @Override
        public Kind kind(JsonNode value) {
            if (value.isObject()) {
                return Json.textOrEmpty(schema, "x-kubernetes-map-type").equals("atomic") ? Kind.ATOMIC : Kind.GRANULAR;
            }
            if (!value.isArray()) {
                return Kind.ATOMIC;
            }
            return switch (Json.textOrEmpty(schema, "x-kubernetes-list-type")) {
                case "map" -> Kind.LIST_BY_KEY;
                case "set" -> Kind.LIST_SET;
                default -> Kind.ATOMIC;
            };
        }

        @Override
        public MergeShape field(String name) {
            if (root && name.equals("metadata")) {
                return new ByName("metadata");
            }
            JsonNode declared = schema.path("properties").path(name);
            return new BySchema(declared.isMissingNode() ? schema.path("additionalProperties") : declared, false);
        }

        @Override
        public MergeShape items() {
            return new BySchema(schema.path("items"), false);
        }

        @Override
        public List<String> keys(JsonNode list) {
            return Json.texts(schema.path("x-kubernetes-list-map-keys"));
        }

        @Override
        public boolean isMapKey(String name) {
            return schema.path("additionalProperties").isObject();
        }
    }

    record ByName(String name) implements MergeShape {
        private static final Set<String> MAPS =
                Set.of("labels", "annotations", "data", "binaryData", "nodeSelector", "capacity", "allocatable");
        private static final Set<String> ATOMIC_OBJECTS =
                Set.of("ownerReferences[]", "selector", "namespaceSelector", "objectSelector", "secretRef", "roleRef");

        @Override
        public Kind kind(JsonNode value) {
            if (value.isObject()) {
                return ATOMIC_OBJECTS.contains(name) ? Kind.ATOMIC : Kind.GRANULAR;
            }
            if (!value.isArray()) {
                return Kind.ATOMIC;
            }
            if (!ListKeys.of(name, value).isEmpty()) {
                return Kind.LIST_BY_KEY;
            }
            return ListKeys.isSet(name) ? Kind.LIST_SET : Kind.ATOMIC;
        }

        @Override
        public MergeShape field(String child) {
            return new ByName(child);
        }

        @Override
        public MergeShape items() {
            return new ByName(name + "[]");
        }

        @Override
        public List<String> keys(JsonNode list) {
            return ListKeys.of(name, list);
        }

        @Override
        public boolean isMapKey(String child) {
            return MAPS.contains(name);
        }
    }
}
