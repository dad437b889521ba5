package dev.espalier.lab.api.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.Meta;
import dev.espalier.lab.api.model.PrinterColumn;
import dev.espalier.lab.api.model.ResourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What {@code kubectl get} shows of built-in resources. Each begins with the name and ends with the age, which are not listed here. */
final class BuiltInColumns {
    private BuiltInColumns() {}

    static ResourceType addTo(ResourceType type) {
        List<PrinterColumn> columns = new ArrayList<>(of(type.storageKey()));
        columns.add(PrinterColumn.at("Age", "date", ".metadata.creationTimestamp"));
        return new ResourceType(
                type.group(),
                type.version(),
                type.plural(),
                type.singular(),
                type.kind(),
                type.namespaced(),
                type.shortNames(),
                type.categories(),
                type.subresources(),
                type.countsGenerations(),
                type.schema(),
                List.copyOf(columns),
                false);
    }

    private static List<PrinterColumn> of(String storageKey) {
        return switch (storageKey) {
            case "/namespaces" -> List.of(text("Status", ".status.phase"));
            case "/nodes" ->
                List.of(
                        computed("Status", BuiltInColumns::nodeStatus),
                        text("Internal-IP", ".status.addresses[?(@.type==\"InternalIP\")].address"),
                        computed("Pod-CIDRs", node -> joined(Json.at(node, "spec", "podCIDRs"))));
            case "/pods" ->
                List.of(
                        computed(
                                "Status",
                                pod -> Meta.isDeleting(pod)
                                        ? TextNode.valueOf("Terminating")
                                        : Json.at(pod, "status", "phase")),
                        computed(
                                "IP",
                                pod -> joined(
                                        Json.at(pod, "status", "podIPs").isEmpty()
                                                ? Json.textArray(List.of(Json.textOrEmpty(pod, "status", "podIP")))
                                                : Json.textArray(Json.at(pod, "status", "podIPs")
                                                        .findValuesAsText("ip")))),
                        text("Node", ".spec.nodeName"));
            case "/secrets" -> List.of(text("Type", ".type"), size("Data", "data"));
            case "/configmaps" -> List.of(size("Data", "data"));
            case "/events" ->
                List.of(
                        PrinterColumn.at("Last Seen", "date", ".lastTimestamp"),
                        text("Type", ".type"),
                        text("Reason", ".reason"),
                        computed(
                                "Object",
                                event -> TextNode.valueOf(Json.textOrEmpty(event, "involvedObject", "kind")
                                                .toLowerCase(java.util.Locale.ROOT)
                                        + "/" + Json.textOrEmpty(event, "involvedObject", "name"))),
                        text("Message", ".message"));
            case "coordination.k8s.io/leases" -> List.of(text("Holder", ".spec.holderIdentity"));
            case "certificates.k8s.io/certificatesigningrequests" ->
                List.of(
                        text("SignerName", ".spec.signerName"),
                        text("Requestor", ".spec.username"),
                        computed("Condition", BuiltInColumns::requestState));
            case "rbac.authorization.k8s.io/clusterrolebindings", "rbac.authorization.k8s.io/rolebindings" ->
                List.of(computed(
                        "Role",
                        binding -> TextNode.valueOf(Json.textOrEmpty(binding, "roleRef", "kind") + "/"
                                + Json.textOrEmpty(binding, "roleRef", "name"))));
            case TypeRegistry.DEFINITIONS ->
                List.of(
                        text("Scope", ".spec.scope"),
                        text("Established", ".status.conditions[?(@.type==\"Established\")].status"));
            case "apps/deployments", "apps/replicasets", "apps/statefulsets" ->
                List.of(text("Desired", ".spec.replicas"), text("Ready", ".status.readyReplicas"));
            case "apps/daemonsets" ->
                List.of(text("Desired", ".status.desiredNumberScheduled"), text("Ready", ".status.numberReady"));
            default -> List.of();
        };
    }

    private static PrinterColumn text(String name, String path) {
        return PrinterColumn.at(name, "string", path);
    }

    private static PrinterColumn computed(String name, Function<JsonNode, JsonNode> value) {
        return new PrinterColumn(name, "string", "", name, 0, value);
    }

    private static PrinterColumn size(String name, String field) {
        return new PrinterColumn(
                name,
                "integer",
                "",
                name,
                0,
                object -> IntNode.valueOf(object.path(field).size()));
    }

    private static JsonNode joined(JsonNode list) {
        return TextNode.valueOf(String.join(",", Json.texts(list)));
    }

    private static JsonNode nodeStatus(JsonNode node) {
        String ready = "Unknown";
        for (JsonNode condition : Json.at(node, "status", "conditions")) {
            if (Json.textOrEmpty(condition, "type").equals("Ready")) {
                ready = Json.textOrEmpty(condition, "status").equals("True") ? "Ready" : "NotReady";
            }
        }
        return TextNode.valueOf(ready);
    }

    private static JsonNode requestState(JsonNode request) {
        List<String> types = new ArrayList<>();
        Json.at(request, "status", "conditions").forEach(condition -> types.add(Json.textOrEmpty(condition, "type")));
        String state = types.isEmpty() ? "Pending" : types.stream().distinct().collect(Collectors.joining(","));
        return TextNode.valueOf(
                Json.textOrEmpty(request, "status", "certificate").isEmpty() ? state : state + ",Issued");
    }
}
