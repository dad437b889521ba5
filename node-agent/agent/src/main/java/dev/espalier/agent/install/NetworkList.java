package dev.espalier.agent.install;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.List;

/** The CNI configuration lists that we write. Pure. */
final class NetworkList {
    /**
     * Versions that we offer a runtime, oldest first. A runtime before CNI 1.1 reads {@code cniVersion} alone; a later one takes the highest of
     * {@code cniVersions} that it knows, and only with 1.1.0 asks STATUS and GC.
     */
    private static final List<String> OFFERED = List.of("0.4.0", "1.0.0", "1.1.0");

    private static final ObjectMapper JSON = new ObjectMapper();

    private NetworkList() {}

    /**
     * The list of which we are the main plugin.
     *
     * @param portmapVersions what the node's {@code portmap} plugin speaks, for {@code hostPort}; empty when there is none
     */
    static String main(Collection<String> portmapVersions) {
        boolean portmap = OFFERED.stream().anyMatch(portmapVersions::contains);
        List<String> versions = OFFERED.stream()
                .filter(v -> !portmap || portmapVersions.contains(v))
                .toList();
        ObjectNode list = JSON.createObjectNode().put("cniVersion", versions.getFirst());
        versions.forEach(list.putArray("cniVersions")::add);
        list.put("name", "espalier");
        ArrayNode plugins = list.putArray("plugins");
        plugins.addObject().put("type", PluginFile.TYPE);
        if (portmap) {
            plugins.addObject().put("type", "portmap").putObject("capabilities").put("portMappings", true);
        }
        return list.toPrettyString() + "\n";
    }

    /**
     * Another CNI's list with us behind its plugins, so that its wiring stays as it is. The name stays, too: plugins keep state by it.
     *
     * @param other the content of its {@code .conflist}, or {@code .conf} with a single plugin
     * @throws IllegalArgumentException when it is neither
     */
    static String chained(String other) {
        JsonNode json = parse(other);
        if (!json.isObject() || !json.path("name").isTextual()) {
            throw new IllegalArgumentException("no CNI configuration: it has no name");
        }
        ObjectNode list;
        if (json.path("plugins").isArray()) {
            list = json.deepCopy();
        } else if (json.path("type").isTextual()) {
            ObjectNode plugin = json.deepCopy();
            list = JSON.createObjectNode();
            list.set("cniVersion", plugin.remove("cniVersion"));
            list.set("name", plugin.remove("name"));
            list.putArray("plugins").add(plugin);
        } else {
            throw new IllegalArgumentException("no CNI configuration: it has neither plugins nor a type");
        }
        ArrayNode plugins = (ArrayNode) list.path("plugins");
        for (int i = plugins.size() - 1; i >= 0; i--) {
            if (plugins.get(i).path("type").asText().equals(PluginFile.TYPE)) {
                plugins.remove(i);
            }
        }
        plugins.addObject().put("type", PluginFile.TYPE).put("mode", "chained");
        return list.toPrettyString() + "\n";
    }

    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no JSON: " + e.getOriginalMessage(), e);
        }
    }
}
