package dev.espalier.lab.pods;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.espalier.lab.topology.Topology;
import java.util.List;
import java.util.Map;

/**
 * A pod of the lab: a network namespace that the CNI binary has wired.
 *
 * @param node the node's name
 * @param addresses without prefix lengths, as the plugin answered
 */
public record LabPod(
        String namespace,
        String name,
        String node,
        Map<String, String> labels,
        String containerId,
        List<String> addresses) {
    @JsonIgnore
    public String key() {
        return namespace + "/" + name;
    }

    @JsonIgnore
    public String networkNamespace() {
        return Topology.POD_NAMESPACE_PREFIX + namespace + "-" + name;
    }
}
