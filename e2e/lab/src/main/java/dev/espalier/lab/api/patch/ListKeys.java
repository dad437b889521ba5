package dev.espalier.lab.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which lists of built-in resources are merged by key. The API server takes this from Go struct tags; here the field's name is enough for
 * the resources that are served.
 */
public final class ListKeys {
    private static final Map<String, List<String>> KEYS = Map.ofEntries(
            Map.entry("conditions", List.of("type")),
            Map.entry("addresses", List.of("type")),
            Map.entry("ownerReferences", List.of("uid")),
            Map.entry("containers", List.of("name")),
            Map.entry("initContainers", List.of("name")),
            Map.entry("containerStatuses", List.of("name")),
            Map.entry("env", List.of("name")),
            Map.entry("volumes", List.of("name")),
            Map.entry("volumeMounts", List.of("mountPath")),
            Map.entry("imagePullSecrets", List.of("name")),
            Map.entry("secrets", List.of("name")),
            Map.entry("podIPs", List.of("ip")),
            Map.entry("hostIPs", List.of("ip")),
            Map.entry("hostAliases", List.of("ip")),
            Map.entry("taints", List.of("key", "effect")),
            Map.entry("ports", List.of("containerPort", "port", "protocol")),
            Map.entry("webhooks", List.of("name")),
            Map.entry("validations", List.of("expression")),
            Map.entry("variables", List.of("name")));

    private static final Set<String> SETS = Set.of("finalizers", "podCIDRs");

    private ListKeys() {}

    /** Keys of the items of a list named {@code field}, only those that its items have; empty when it is not a list by key. */
    public static List<String> of(String field, JsonNode list) {
        return KEYS.getOrDefault(field, List.of()).stream()
                .filter(key -> !list.isEmpty() && list.path(0).has(key))
                .toList();
    }

    /** Whether a list named {@code field} is a set of plain values. */
    public static boolean isSet(String field) {
        return SETS.contains(field);
    }
}
