package dev.espalier.lab.api.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.ApiException;
import dev.espalier.lab.api.model.FieldError;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.Meta;
import dev.espalier.lab.api.model.ResourceType;
import dev.espalier.lab.api.store.Store;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code POST serviceaccounts/NAME/token}: the TokenRequest API. */
public final class TokenRequests {
    private static final long DEFAULT_SECONDS = 3_600;
    private static final long MINIMUM_SECONDS = 600;
    private static final long MAXIMUM_SECONDS = 1L << 32;

    private final Store store;
    private final ServiceAccountTokens tokens;

    public TokenRequests(Store store, ServiceAccountTokens tokens) {
        this.store = store;
        this.tokens = tokens;
    }

    /** Answers {@code request} for the account {@code namespace/name}. */
    public ObjectNode answer(ResourceType accounts, String namespace, String name, ObjectNode request) {
        ObjectNode account = store.get(new Store.Key("/serviceaccounts", namespace, name));
        if (account == null) {
            throw ApiException.notFound(accounts, name);
        }
        JsonNode spec = request.path("spec");
        long seconds = spec.path("expirationSeconds").asLong(DEFAULT_SECONDS);
        if (seconds < MINIMUM_SECONDS || seconds > MAXIMUM_SECONDS) {
            throw ApiException.invalid(
                    accounts,
                    name,
                    List.of(FieldError.invalid(
                            "spec.expirationSeconds",
                            Long.toString(seconds),
                            "may not specify a duration less than 10 minutes")));
        }
        ObjectNode pod = boundPod(accounts, namespace, name, spec.path("boundObjectRef"));
        List<String> audiences = spec.path("audiences").isEmpty()
                ? List.of(ServiceAccountTokens.ISSUER)
                : Json.texts(spec.path("audiences"));
        Instant now = Instant.now();
        Instant expires = now.plusSeconds(seconds);

        ObjectNode answer =
                request.deepCopy().put("apiVersion", "authentication.k8s.io/v1").put("kind", "TokenRequest");
        Meta.of(answer).put("name", name).put("namespace", namespace).put("creationTimestamp", Meta.timestamp(now));
        Json.childObject(answer, "spec").put("expirationSeconds", seconds).set("audiences", Json.textArray(audiences));
        answer.putObject("status")
                .put("token", tokens.issue(account, pod, audiences, now, expires))
                .put("expirationTimestamp", Meta.timestamp(expires));
        return answer;
    }

    private @Nullable ObjectNode boundPod(ResourceType accounts, String namespace, String account, JsonNode reference) {
        if (reference.isMissingNode() || reference.isNull()) {
            return null;
        }
        String kind = Json.textOrEmpty(reference, "kind");
        if (!kind.equals("Pod")) {
            throw ApiException.badRequest(
                    "cannot bind token to object of kind \"" + kind + "\": this server binds to pods only");
        }
        String name = Json.textOrEmpty(reference, "name");
        ObjectNode pod = store.get(new Store.Key("/pods", namespace, name));
        if (pod == null) {
            throw ApiException.of(404, "NotFound", "pods \"" + name + "\" not found");
        }
        String uid = Json.textOrEmpty(reference, "uid");
        if (!uid.isEmpty() && !uid.equals(Meta.uid(pod))) {
            throw ApiException.conflict(
                    accounts,
                    account,
                    "the UID in the bound object reference (" + uid
                            + ") does not match the UID in record. The object might have been deleted and then recreated");
        }
        if (!account.equals(Json.textOrEmpty(pod, "spec", "serviceAccountName"))) {
            throw ApiException.badRequest("cannot bind token for serviceaccount \"" + account
                    + "\" to pod running with different serviceaccount name.");
        }
        return pod;
    }
}
