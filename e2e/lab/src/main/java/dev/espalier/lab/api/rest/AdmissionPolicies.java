package dev.espalier.lab.api.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.cel.Cel;
import dev.espalier.lab.api.cel.CelException;
import dev.espalier.lab.api.model.ApiException;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.ResourceType;
import dev.espalier.lab.api.store.Store;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Enforces stored ValidatingAdmissionPolicies that are bound with {@code Deny}: resource rules, match conditions, variables and
 * validations, by our own CEL. Parameters, selectors and audit are not known; an expression that is not understood refuses the write, as
 * {@code failurePolicy: Fail} does.
 */
final class AdmissionPolicies {
    private static final String POLICIES = "admissionregistration.k8s.io/validatingadmissionpolicies";
    private static final String BINDINGS = "admissionregistration.k8s.io/validatingadmissionpolicybindings";
    private static final Set<String> NAMES = Set.of("object", "oldObject", "request", "variables");

    private final Store store;

    AdmissionPolicies(Store store) {
        this.store = store;
    }

    /**
     * @param before null for a creation
     * @throws ApiException 403 or the code of the validation's reason, naming the policy
     */
    void review(
            ResourceType type,
            @Nullable ObjectNode before,
            ObjectNode after,
            String subresource,
            WriteOptions options) {
        for (ObjectNode policy : store.list(POLICIES, "").items()) {
            String name = Json.textOrEmpty(policy, "metadata", "name");
            if (isBound(name) && matches(policy, type, subresource, before == null ? "CREATE" : "UPDATE")) {
                evaluate(policy, name, type, before, after, options);
            }
        }
    }

    private boolean isBound(String policy) {
        return store.list(BINDINGS, "").items().stream()
                .anyMatch(binding ->
                        Json.textOrEmpty(binding, "spec", "policyName").equals(policy)
                                && Json.texts(Json.at(binding, "spec", "validationActions"))
                                        .contains("Deny"));
    }

    private static boolean matches(ObjectNode policy, ResourceType type, String subresource, String operation) {
        String resource = subresource.isEmpty() ? type.plural() : type.plural() + "/" + subresource;
        for (JsonNode rule : Json.at(policy, "spec", "matchConstraints", "resourceRules")) {
            if (holds(rule, "apiGroups", type.group())
                    && holds(rule, "apiVersions", type.version())
                    && holds(rule, "resources", resource)
                    && holds(rule, "operations", operation)) {
                return true;
            }
        }
        return false;
    }

    private static boolean holds(JsonNode rule, String field, String value) {
        List<String> values = Json.texts(rule.path(field));
        return values.contains("*") || values.contains(value);
    }

    private static void evaluate(
            ObjectNode policy,
            String name,
            ResourceType type,
            @Nullable ObjectNode before,
            ObjectNode after,
            WriteOptions options) {
        Map<String, JsonNode> names = new LinkedHashMap<>();
        names.put("object", after);
        names.put("oldObject", before == null ? NullNode.getInstance() : before);
        ObjectNode request = Json.object()
                .put("name", Json.textOrEmpty(after, "metadata", "name"))
                .put("operation", before == null ? "CREATE" : "UPDATE");
        request.set("userInfo", options.user().toUserInfo());
        names.put("request", request);
        ObjectNode variables = Json.object();
        names.put("variables", variables);
        try {
            for (JsonNode condition : Json.at(policy, "spec", "matchConditions")) {
                if (!compiled(condition, "expression").holds(names)) {
                    return;
                }
            }
            for (JsonNode variable : Json.at(policy, "spec", "variables")) {
                variables.set(
                        variable.path("name").asText(),
                        compiled(variable, "expression").json(names));
            }
            List<String> refusals = new ArrayList<>();
            for (JsonNode validation : Json.at(policy, "spec", "validations")) {
                if (!compiled(validation, "expression").holds(names)) {
                    refusals.add(message(validation, names));
                }
            }
            if (!refusals.isEmpty()) {
                throw denied(type, after, name, String.join("; ", refusals));
            }
        } catch (CelException e) {
            throw denied(type, after, name, e.getMessage());
        }
    }

    private static String message(JsonNode validation, Map<String, JsonNode> names) {
        return validation.has("messageExpression")
                ? compiled(validation, "messageExpression").json(names).asText()
                : validation
                        .path("message")
                        .asText("failed expression: "
                                + validation.path("expression").asText());
    }

    private static Cel compiled(JsonNode holder, String field) {
        return Cel.compile(holder.path(field).asText(), NAMES);
    }

    private static ApiException denied(ResourceType type, ObjectNode object, String policy, @Nullable String why) {
        return ApiException.forbidden(
                type,
                Json.textOrEmpty(object, "metadata", "name"),
                "ValidatingAdmissionPolicy '" + policy + "' with binding '" + policy + "' denied request: " + why);
    }
}
