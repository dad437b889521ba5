package dev.espalier.lab.api.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** Events are served by the core group and by {@code events.k8s.io}, one stored object under two sets of field names. */
final class Events {
    private static final Map<String, String> CORE_TO_GROUP = Map.of(
            "involvedObject", "regarding",
            "message", "note",
            "source", "deprecatedSource",
            "firstTimestamp", "deprecatedFirstTimestamp",
            "lastTimestamp", "deprecatedLastTimestamp",
            "count", "deprecatedCount",
            "reportingComponent", "reportingController");

    private Events() {}

    static boolean isEvents(ResourceType type) {
        return type.plural().equals("events")
                && (type.group().isEmpty() || type.group().equals("events.k8s.io"));
    }

    static ObjectNode toEventsGroup(ObjectNode core) {
        ObjectNode renamed = Json.object();
        for (Map.Entry<String, JsonNode> field : core.properties()) {
            renamed.set(CORE_TO_GROUP.getOrDefault(field.getKey(), field.getKey()), field.getValue());
        }
        return renamed.put("apiVersion", "events.k8s.io/v1");
    }

    static ObjectNode toCore(ObjectNode event) {
        for (Map.Entry<String, String> names : CORE_TO_GROUP.entrySet()) {
            JsonNode value = event.remove(names.getValue());
            if (value != null) {
                event.set(names.getKey(), value);
            }
        }
        return event.put("apiVersion", "v1");
    }
}
