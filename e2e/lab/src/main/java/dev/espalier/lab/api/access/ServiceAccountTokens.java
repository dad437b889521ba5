package dev.espalier.lab.api.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.Meta;
import dev.espalier.lab.api.store.Store;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Service account tokens: JWTs (RFC 7519, ES256) with the claims of Kubernetes' bound tokens. A token bound to a pod carries the pod and,
 * unless an older server is emulated, the pod's node, and dies with the account or the pod.
 */
public final class ServiceAccountTokens {
    public static final String ISSUER = "https://kubernetes.default.svc.cluster.local";
    private static final String CLAIMS = "kubernetes.io";
    private static final String EXTRA = "authentication.kubernetes.io/";

    private final Store store;
    private final KeyPair key;
    private final boolean nodeClaims;

    /** @param nodeClaims whether tokens say which node their pod is on, as servers from 1.30 do */
    public ServiceAccountTokens(Store store, KeyPair key, boolean nodeClaims) {
        this.store = store;
        this.key = key;
        this.nodeClaims = nodeClaims;
    }

    /** Makes a token for {@code account}, bound to {@code pod} when there is one. */
    String issue(JsonNode account, @Nullable JsonNode pod, List<String> audiences, Instant now, Instant expires) {
        ObjectNode claims = Json.object();
        claims.set("aud", Json.textArray(audiences));
        claims.put("exp", expires.getEpochSecond());
        claims.put("iat", now.getEpochSecond());
        claims.put("iss", ISSUER);
        claims.put("jti", UUID.randomUUID().toString());
        claims.put("nbf", now.getEpochSecond());
        claims.put("sub", subject(Meta.namespace(account), Meta.name(account)));
        ObjectNode bound = claims.putObject(CLAIMS);
        bound.put("namespace", Meta.namespace(account));
        bound.putObject("serviceaccount").put("name", Meta.name(account)).put("uid", Meta.uid(account));
        if (pod != null) {
            bound.putObject("pod").put("name", Meta.name(pod)).put("uid", Meta.uid(pod));
            String node = Json.textOrEmpty(pod, "spec", "nodeName");
            if (nodeClaims && !node.isEmpty()) {
                ObjectNode claim = bound.putObject("node").put("name", node);
                ObjectNode object = store.get(new Store.Key("/nodes", "", node));
                if (object != null) {
                    claim.put("uid", Meta.uid(object));
                }
            }
        }
        return sign(claims);
    }

    /** Who holds {@code token}; empty when it is not ours, out of time, for other audiences, or what it is bound to is gone. */
    Optional<User> authenticate(String token, List<String> audiences) {
        return verified(token)
                .filter(claims -> inTime(claims)
                        && Json.texts(claims.path("aud")).stream().anyMatch(audiences::contains))
                .flatMap(this::user);
    }

    private Optional<User> user(JsonNode claims) {
        JsonNode bound = claims.path(CLAIMS);
        String namespace = Json.textOrEmpty(bound, "namespace");
        if (!alive("/serviceaccounts", namespace, bound.path("serviceaccount"))) {
            return Optional.empty();
        }
        if (bound.has("pod") && !alive("/pods", namespace, bound.path("pod"))) {
            return Optional.empty();
        }
        Map<String, List<String>> extra = new LinkedHashMap<>();
        if (nodeClaims) {
            extra.put(EXTRA + "credential-id", List.of("JTI=" + Json.textOrEmpty(claims, "jti")));
        }
        addExtra(extra, "pod", bound.path("pod"));
        addExtra(extra, "node", bound.path("node"));
        List<String> groups =
                List.of("system:serviceaccounts", "system:serviceaccounts:" + namespace, User.AUTHENTICATED);
        return Optional.of(new User(
                subject(namespace, Json.textOrEmpty(bound, "serviceaccount", "name")),
                Json.textOrEmpty(bound, "serviceaccount", "uid"),
                groups,
                extra));
    }

    private static void addExtra(Map<String, List<String>> extra, String kind, JsonNode reference) {
        for (String field : List.of("name", "uid")) {
            String value = Json.textOrEmpty(reference, field);
            if (!value.isEmpty()) {
                extra.put(EXTRA + kind + "-" + field, List.of(value));
            }
        }
    }

    private boolean alive(String resource, String namespace, JsonNode reference) {
        ObjectNode object = store.get(new Store.Key(resource, namespace, Json.textOrEmpty(reference, "name")));
        return object != null && Meta.uid(object).equals(Json.textOrEmpty(reference, "uid"));
    }

    private static boolean inTime(JsonNode claims) {
        long now = Instant.now().getEpochSecond();
        return claims.path("exp").asLong() > now
                && claims.path("nbf").asLong() <= now
                && ISSUER.equals(Json.text(claims, "iss"));
    }

    private static String subject(String namespace, String name) {
        return "system:serviceaccount:" + namespace + ":" + name;
    }

    private String sign(ObjectNode claims) {
        String signed = encode(Json.bytes(Json.object().put("alg", "ES256").put("typ", "JWT"))) + "."
                + encode(Json.bytes(claims));
        try {
            Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initSign(key.getPrivate());
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + encode(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign a token", e);
        }
    }

    private Optional<JsonNode> verified(String token) {
        List<String> parts = new ArrayList<>(List.of(token.split("\\.", -1)));
        if (parts.size() != 3) {
            return Optional.empty();
        }
        try {
            Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initVerify(key.getPublic());
            signature.update((parts.get(0) + "." + parts.get(1)).getBytes(StandardCharsets.US_ASCII));
            boolean good = signature.verify(Base64.getUrlDecoder().decode(parts.get(2)));
            return good
                    ? Optional.of(Json.parseObject(Base64.getUrlDecoder().decode(parts.get(1)), "application/json"))
                    : Optional.empty();
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // A token that is not even well formed is as good as none.
            return Optional.empty();
        }
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
