package dev.espalier.lab.api.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.Meta;
import dev.espalier.lab.api.store.Store;
import java.util.ArrayList;
import java.util.List;

/**
 * RBAC authorization from the stored roles and bindings. {@code system:masters} may do everything. Not checked: that whoever writes a role
 * holds what it grants (escalation), and aggregated cluster roles.
 */
public final class Rbac {
    private static final String GROUP = "rbac.authorization.k8s.io";

    private final Store store;

    public Rbac(Store store) {
        this.store = store;
    }

    public boolean allows(User user, Attributes attributes) {
        if (user.groups().contains(User.ADMINISTRATORS)) {
            return true;
        }
        for (ObjectNode binding : store.list(GROUP + "/clusterrolebindings", "").items()) {
            if (bindsTo(binding, user, "") && roleAllows(binding, "", attributes)) {
                return true;
            }
        }
        if (attributes.namespace().isEmpty()) {
            return false;
        }
        for (ObjectNode binding :
                store.list(GROUP + "/rolebindings", attributes.namespace()).items()) {
            if (bindsTo(binding, user, attributes.namespace())
                    && roleAllows(binding, attributes.namespace(), attributes)) {
                return true;
            }
        }
        return false;
    }

    /** The rules that hold for {@code user} in {@code namespace}, those for the whole cluster included. */
    public List<JsonNode> rules(User user, String namespace) {
        List<JsonNode> rules = new ArrayList<>();
        if (user.groups().contains(User.ADMINISTRATORS)) {
            rules.addAll(bootstrap().getFirst().path("rules").valueStream().toList());
        }
        for (ObjectNode binding : store.list(GROUP + "/clusterrolebindings", "").items()) {
            if (bindsTo(binding, user, "")) {
                rules.addAll(rulesOf(binding, ""));
            }
        }
        for (ObjectNode binding : store.list(GROUP + "/rolebindings", namespace).items()) {
            if (bindsTo(binding, user, namespace)) {
                rules.addAll(rulesOf(binding, namespace));
            }
        }
        return rules;
    }

    private static boolean bindsTo(JsonNode binding, User user, String bindingNamespace) {
        for (JsonNode subject : binding.path("subjects")) {
            String name = Json.textOrEmpty(subject, "name");
            String namespace = Json.textOrEmpty(subject, "namespace");
            boolean matches = switch (Json.textOrEmpty(subject, "kind")) {
                case "User" -> user.name().equals(name);
                case "Group" -> user.groups().contains(name);
                case "ServiceAccount" ->
                    user.name()
                            .equals("system:serviceaccount:" + (namespace.isEmpty() ? bindingNamespace : namespace)
                                    + ":" + name);
                default -> false;
            };
            if (matches) {
                return true;
            }
        }
        return false;
    }

    private boolean roleAllows(JsonNode binding, String namespace, Attributes attributes) {
        return rulesOf(binding, namespace).stream().anyMatch(rule -> ruleAllows(rule, attributes));
    }

    private List<JsonNode> rulesOf(JsonNode binding, String namespace) {
        String kind = Json.textOrEmpty(binding, "roleRef", "kind");
        String name = Json.textOrEmpty(binding, "roleRef", "name");
        Store.Key key = kind.equals("Role")
                ? new Store.Key(GROUP + "/roles", namespace, name)
                : new Store.Key(GROUP + "/clusterroles", "", name);
        ObjectNode role = store.get(key);
        return role == null ? List.of() : role.path("rules").valueStream().toList();
    }

    private static boolean ruleAllows(JsonNode rule, Attributes attributes) {
        if (!has(rule.path("verbs"), attributes.verb())) {
            return false;
        }
        if (!attributes.path().isEmpty()) {
            return Json.texts(rule.path("nonResourceURLs")).stream()
                    .anyMatch(pattern -> pathMatches(pattern, attributes.path()));
        }
        List<String> resources = Json.texts(rule.path("resources"));
        boolean resource = resources.contains("*")
                || resources.contains(attributes.resourceWithSub())
                || (!attributes.subresource().isEmpty() && resources.contains("*/" + attributes.subresource()));
        List<String> names = Json.texts(rule.path("resourceNames"));
        return resource
                && has(rule.path("apiGroups"), attributes.group())
                && (names.isEmpty() || names.contains(attributes.name()));
    }

    private static boolean has(JsonNode list, String wanted) {
        List<String> values = Json.texts(list);
        return values.contains("*") || values.contains(wanted);
    }

    private static boolean pathMatches(String pattern, String path) {
        return pattern.endsWith("*")
                ? path.startsWith(pattern.substring(0, pattern.length() - 1))
                : pattern.equals(path);
    }

    /** The roles that every cluster has from its first moment, as far as clients here need them. */
    public static List<ObjectNode> bootstrap() {
        return List.of(
                role(
                        "cluster-admin",
                        "[{'verbs':['*'],'apiGroups':['*'],'resources':['*']},{'verbs':['*'],'nonResourceURLs':['*']}]"),
                role(
                        "system:discovery",
                        "[{'verbs':['get'],'nonResourceURLs':['/api','/api/*','/apis','/apis/*','/healthz','/livez','/openapi','/openapi/*','/readyz','/version','/version/']}]"),
                role(
                        "system:basic-user",
                        "[{'verbs':['create'],'apiGroups':['authorization.k8s.io'],'resources':['selfsubjectaccessreviews','selfsubjectrulesreviews']},"
                                + "{'verbs':['create'],'apiGroups':['authentication.k8s.io'],'resources':['selfsubjectreviews']}]"),
                role(
                        "system:public-info-viewer",
                        "[{'verbs':['get'],'nonResourceURLs':['/healthz','/livez','/readyz','/version','/version/']}]"),
                binding("cluster-admin", "system:masters"),
                binding("system:discovery", User.AUTHENTICATED),
                binding("system:basic-user", User.AUTHENTICATED),
                binding("system:public-info-viewer", User.AUTHENTICATED),
                binding(
                        "system:public-info-viewer:unauthenticated",
                        "system:public-info-viewer",
                        "system:unauthenticated"));
    }

    private static ObjectNode role(String name, String rules) {
        ObjectNode role = Json.literal("{\"apiVersion\":\"" + GROUP + "/v1\",\"kind\":\"ClusterRole\",\"rules\":"
                + rules.replace('\'', '"') + "}");
        Meta.of(role).put("name", name);
        return role;
    }

    private static ObjectNode binding(String role, String group) {
        return binding(role, role, group);
    }

    private static ObjectNode binding(String name, String role, String group) {
        ObjectNode binding = Json.object().put("apiVersion", GROUP + "/v1").put("kind", "ClusterRoleBinding");
        Meta.of(binding).put("name", name);
        binding.putObject("roleRef")
                .put("apiGroup", GROUP)
                .put("kind", "ClusterRole")
                .put("name", role);
        binding.putArray("subjects")
                .addObject()
                .put("apiGroup", GROUP)
                .put("kind", "Group")
                .put("name", group);
        return binding;
    }
}
