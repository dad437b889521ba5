package dev.espalier.lab.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.lab.LabException;
import dev.espalier.lab.shell.Shell;
import dev.espalier.lab.topology.LabNode;
import dev.espalier.lab.topology.Topology;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What one agent says of itself: {@code espalier-agent status -o json} and its metrics. */
public final class AgentView {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final LabCluster cluster;
    private final LabNode node;

    public AgentView(LabCluster cluster, LabNode node) {
        this.cluster = cluster;
        this.node = node;
    }

    public LabNode node() {
        return node;
    }

    public JsonNode status() {
        Shell.Result result = cluster.agent(node, "status", "-o", "json");
        if (!result.ok()) {
            throw new LabException(
                    "status of the agent on " + node.name() + ": " + (result.err() + result.out()).strip());
        }
        try {
            return JSON.readTree(result.out());
        } catch (IOException e) {
            throw new LabException("status of the agent on " + node.name() + " is no JSON: " + result.out(), e);
        }
    }

    public String certificateSerial() {
        return status().path("certificate").path("serial").asText();
    }

    /** The child SAs towards one peer. */
    public List<Child> children(String peer) {
        List<Child> children = new ArrayList<>();
        for (JsonNode row : status().path("peers")) {
            if (row.path("name").asText().equals(peer)) {
                for (JsonNode child : row.path("children")) {
                    children.add(new Child(
                            child.path("spiIn").asText(),
                            child.path("spiOut").asText(),
                            child.path("suite").asText()));
                }
            }
        }
        return children;
    }

    public record Child(String spiIn, String spiOut, String suite) {}

    /** The sum over all rows of a metric, or over those whose labels contain {@code labels}; 0 when there is none. */
    public double metric(String name, String labels) {
        Shell.Result result = Shell.attempt(
                Topology.in(node.namespace(), List.of("curl", "-sf", "-m", "3", "http://127.0.0.1:9464/metrics")),
                Map.of(),
                "");
        double sum = 0;
        for (String line : result.out().lines().toList()) {
            if (line.startsWith(name + "{") && line.contains(labels)
                    || line.startsWith(name + " ") && labels.isEmpty()) {
                sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
            }
        }
        return sum;
    }

    public double rekeys(String kind) {
        return metric("espalier_rekeys_total", "kind=\"" + kind + "\"");
    }

    /** Runs a control verb; a failure throws with what it printed. */
    public void control(String... verb) {
        Shell.Result result = cluster.agent(node, verb);
        if (!result.ok()) {
            throw new LabException("'espalier-agent " + String.join(" ", verb) + "' on " + node.name() + ": "
                    + (result.err() + result.out()).strip());
        }
    }
}
