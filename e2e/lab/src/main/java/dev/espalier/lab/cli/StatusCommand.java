package dev.espalier.lab.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.LabPaths;
import dev.espalier.lab.cluster.AgentView;
import dev.espalier.lab.cluster.LabCluster;
import dev.espalier.lab.pods.LabPod;
import dev.espalier.lab.pods.Pods;
import dev.espalier.lab.topology.LabNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "status", description = "Nodes, agents, tunnels and pods of the lab.")
final class StatusCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    @Option(names = "-o", paramLabel = "FORMAT", defaultValue = "text", description = "text or json")
    String output = "text";

    @Override
    public Integer call() throws IOException {
        try (LabCluster cluster = LabCluster.open(LabPaths.fromEnvironment())) {
            ObjectNode status = collect(cluster);
            if (output.equals("json")) {
                System.out.println(JSON.writeValueAsString(status));
            } else {
                print(status);
            }
        }
        return 0;
    }

    private static ObjectNode collect(LabCluster cluster) {
        ObjectNode status = JSON.createObjectNode();
        status.put("operator", cluster.operatorRunning());
        ArrayNode nodes = status.putArray("nodes");
        for (LabNode node : cluster.nodes()) {
            ObjectNode row = nodes.addObject();
            row.put("name", node.name());
            row.put("addresses", String.join(",", node.addresses()));
            row.put("podCIDRs", String.join(",", node.podCidrs()));
            row.put("agentRunning", cluster.agentRunning(node));
            row.put("agentReady", cluster.agentReady(node));
            if (cluster.agentRunning(node)) {
                row.set("agent", new AgentView(cluster, node).status());
            }
        }
        ArrayNode pods = status.putArray("pods");
        for (LabPod pod : new Pods(cluster).list()) {
            ObjectNode row = pods.addObject();
            row.put("name", pod.key());
            row.put("node", pod.node());
            row.put("addresses", String.join(",", pod.addresses()));
        }
        return status;
    }

    private static void print(JsonNode status) {
        System.out.println("operator  " + (status.path("operator").asBoolean() ? "running" : "down"));
        List<String> lines = new ArrayList<>();
        for (JsonNode node : status.path("nodes")) {
            lines.add("%-6s  %-28s  %-28s  %s"
                    .formatted(
                            node.path("name").asText(),
                            node.path("addresses").asText(),
                            node.path("podCIDRs").asText(),
                            node.path("agentReady").asBoolean()
                                    ? "ready"
                                    : node.path("agentRunning").asBoolean() ? "not ready" : "down"));
            for (JsonNode peer : node.path("agent").path("peers")) {
                lines.add("        %-6s %-12s %s%s"
                        .formatted(
                                peer.path("name").asText(),
                                peer.path("ike").path("state").asText(),
                                peer.path("ike").path("suite").asText("-"),
                                peer.hasNonNull("lastError")
                                        ? "  (" + peer.path("lastError").asText() + ")"
                                        : ""));
            }
        }
        lines.forEach(System.out::println);
        for (JsonNode pod : status.path("pods")) {
            System.out.printf(
                    "pod  %-24s %-6s %s%n",
                    pod.path("name").asText(),
                    pod.path("node").asText(),
                    pod.path("addresses").asText());
        }
    }
}
