package dev.espalier.lab.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.access.Attributes;
import dev.espalier.lab.api.access.Authenticator;
import dev.espalier.lab.api.access.Rbac;
import dev.espalier.lab.api.access.User;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.ResourceType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The resources that are questions: who is this, and may they do that. */
final class Reviews {
    private static final Set<String> PLURALS = Set.of(
            "tokenreviews",
            "selfsubjectreviews",
            "subjectaccessreviews",
            "selfsubjectaccessreviews",
            "selfsubjectrulesreviews");

    private final Authenticator authenticator;
    private final Rbac rbac;

    Reviews(Authenticator authenticator, Rbac rbac) {
        this.authenticator = authenticator;
        this.rbac = rbac;
    }

    static boolean isReview(ResourceType type) {
        return PLURALS.contains(type.plural());
    }

    ObjectNode answer(ResourceType type, ObjectNode review, User asking) {
        review.put("kind", type.kind()).put("apiVersion", type.apiVersion());
        ObjectNode status = review.putObject("status");
        JsonNode spec = review.path("spec");
        switch (type.plural()) {
            case "tokenreviews" -> reviewToken(spec, status);
            case "selfsubjectreviews" -> status.set("userInfo", asking.toUserInfo());
            case "selfsubjectaccessreviews" -> status.put("allowed", rbac.allows(asking, attributes(spec)));
            case "selfsubjectrulesreviews" -> reviewRules(asking, Json.textOrEmpty(spec, "namespace"), status);
            default -> status.put("allowed", rbac.allows(subject(spec), attributes(spec)));
        }
        return review;
    }

    private void reviewToken(JsonNode spec, ObjectNode status) {
        Optional<User> holder =
                authenticator.ofToken(Json.textOrEmpty(spec, "token"), Json.texts(spec.path("audiences")));
        status.put("authenticated", holder.isPresent());
        if (holder.isPresent()) {
            status.set("user", holder.get().toUserInfo());
        } else {
            status.put("error", "invalid bearer token");
        }
    }

    private void reviewRules(User asking, String namespace, ObjectNode status) {
        ArrayNode resourceRules = status.putArray("resourceRules");
        ArrayNode nonResourceRules = status.putArray("nonResourceRules");
        for (JsonNode rule : rbac.rules(asking, namespace)) {
            (rule.has("nonResourceURLs") ? nonResourceRules : resourceRules).add(rule);
        }
        status.put("incomplete", false);
    }

    private static User subject(JsonNode spec) {
        Map<String, List<String>> extra = new HashMap<>();
        spec.path("extra").properties().forEach(entry -> extra.put(entry.getKey(), Json.texts(entry.getValue())));
        return new User(
                Json.textOrEmpty(spec, "user"), Json.textOrEmpty(spec, "uid"), Json.texts(spec.path("groups")), extra);
    }

    private static Attributes attributes(JsonNode spec) {
        JsonNode path = spec.path("nonResourceAttributes");
        if (path.isObject()) {
            return Attributes.ofPath(Json.textOrEmpty(path, "verb"), Json.textOrEmpty(path, "path"));
        }
        JsonNode resource = spec.path("resourceAttributes");
        return new Attributes(
                Json.textOrEmpty(resource, "verb"),
                Json.textOrEmpty(resource, "group"),
                Json.textOrEmpty(resource, "resource"),
                Json.textOrEmpty(resource, "subresource"),
                Json.textOrEmpty(resource, "namespace"),
                Json.textOrEmpty(resource, "name"),
                "");
    }
}
