package dev.espalier.lab.pods;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.LabException;
import dev.espalier.lab.LabPaths;
import dev.espalier.lab.shell.Shell;
import dev.espalier.lab.topology.LabNode;
import dev.espalier.lab.topology.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Calls the CNI binary as a container runtime does (CNI specification 1.1, section 2): environment, configuration on stdin, answer on stdout. */
final class CniCall {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final LabPaths paths;

    CniCall(LabPaths paths) {
        this.paths = paths;
    }

    /** Returns the addresses that the plugin gave the pod. */
    List<String> add(LabNode node, LabPod pod) {
        JsonNode result = call(node, pod, "ADD");
        List<String> addresses = new ArrayList<>();
        for (JsonNode ip : result.path("ips")) {
            addresses.add(ip.path("address").asText().replaceFirst("/.*", ""));
        }
        if (addresses.isEmpty()) {
            throw new LabException("CNI ADD for " + pod.key() + " returned no address: " + result);
        }
        return addresses;
    }

    void delete(LabNode node, LabPod pod) {
        call(node, pod, "DEL");
    }

    private JsonNode call(LabNode node, LabPod pod, String command) {
        Path cni = paths.node(node.name()).resolve("cni");
        Map<String, String> environment = Map.of(
                "CNI_COMMAND",
                command,
                "CNI_CONTAINERID",
                pod.containerId(),
                "CNI_NETNS",
                "/run/netns/" + pod.networkNamespace(),
                "CNI_IFNAME",
                "eth0",
                "CNI_PATH",
                cni.resolve("bin").toString(),
                "CNI_ARGS",
                "IgnoreUnknown=1;K8S_POD_NAMESPACE=" + pod.namespace() + ";K8S_POD_NAME=" + pod.name()
                        + ";K8S_POD_INFRA_CONTAINER_ID=" + pod.containerId());
        Shell.Result result = Shell.attempt(
                Topology.in(
                        node.namespace(), List.of(cni.resolve("bin/espalier").toString())),
                environment,
                configuration(cni));
        if (!result.ok()) {
            throw new LabException("CNI " + command + " for " + pod.key() + " on " + node.name() + " failed: "
                    + (result.out() + " " + result.err()).strip());
        }
        try {
            return result.out().isBlank() ? JSON.createObjectNode() : JSON.readTree(result.out());
        } catch (IOException e) {
            throw new LabException("CNI " + command + " for " + pod.key() + " answered no JSON: " + result.out(), e);
        }
    }

    /** The plugin's own part of the conflist, with name and version of the list (CNI specification, "Deriving execution configuration"). */
    private static String configuration(Path cni) {
        Path file = cni.resolve("net.d/10-espalier.conflist");
        try {
            JsonNode list = JSON.readTree(Files.readString(file));
            ObjectNode plugin = list.path("plugins").path(0).deepCopy();
            plugin.set("cniVersion", list.path("cniVersion"));
            plugin.set("name", list.path("name"));
            return JSON.writeValueAsString(plugin);
        } catch (IOException e) {
            throw new LabException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
