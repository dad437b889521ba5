package dev.espalier.lab.api.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.access.Attributes;
import dev.espalier.lab.api.access.Rbac;
import dev.espalier.lab.api.access.User;
import dev.espalier.lab.api.model.ApiException;
import dev.espalier.lab.api.model.FieldError;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.Meta;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;

/**
 * CertificateSigningRequests ({@code certificates.k8s.io/v1}): the server writes down who asked, {@code spec} never changes, approving
 * needs the verb {@code approve} and issuing the verb {@code sign} on the signer, and a certificate once issued stays.
 */
final class CertificateRequestRules implements KindRules {
    private static final Pattern SIGNER =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+/[A-Za-z0-9._/-]+");
    private static final Set<String> DECISIONS = Set.of("Approved", "Denied");
    private static final long MINIMUM_SECONDS = 600;

    private final Rbac rbac;

    CertificateRequestRules(Rbac rbac) {
        this.rbac = rbac;
    }

    @Override
    public void beforeCreate(ObjectNode object, WriteOptions options) {
        ObjectNode spec = Json.childObject(object, "spec");
        ObjectNode user = options.user().toUserInfo();
        spec.remove(List.of("username", "uid", "groups", "extra"));
        spec.setAll(user);
        object.putObject("status");
    }

    @Override
    public void beforeUpdate(ObjectNode before, ObjectNode after, String subresource, WriteOptions options) {
        after.set("spec", before.path("spec").deepCopy());
        switch (subresource) {
            case "approval" -> {
                requireSignerVerb("approve", before, options.user());
                ArrayNode conditions = conditions(after);
                after.set("status", before.path("status").deepCopy());
                Json.childObject(after, "status").set("conditions", conditions);
                refuseRemovedDecisions(before, after);
            }
            case "status" -> {
                if (!Json.same(
                                before.path("status").get("certificate"),
                                after.path("status").get("certificate"))
                        || !Json.same(
                                before.path("status").get("conditions"),
                                after.path("status").get("conditions"))) {
                    requireSignerVerb("sign", before, options.user());
                }
                refuseReplacedCertificate(before, after);
                refuseChangedDecisions(before, after);
            }
            default -> after.set("status", before.path("status").deepCopy());
        }
        stampConditions(before, after);
    }

    @Override
    public List<FieldError> validate(ObjectNode object) {
        List<FieldError> errors = new ArrayList<>();
        JsonNode spec = object.path("spec");
        String signer = Json.textOrEmpty(spec, "signerName");
        if (signer.isEmpty()) {
            errors.add(FieldError.required("spec.signerName", ""));
        } else if (!SIGNER.matcher(signer).matches()) {
            errors.add(FieldError.invalid(
                    "spec.signerName",
                    "\"" + signer + "\"",
                    "must be a fully qualified domain and path of the form \"example.com/signer-name\""));
        }
        if (spec.path("usages").isEmpty()) {
            errors.add(FieldError.required("spec.usages", ""));
        }
        if (spec.has("expirationSeconds") && spec.path("expirationSeconds").asLong() < MINIMUM_SECONDS) {
            errors.add(FieldError.invalid(
                    "spec.expirationSeconds",
                    spec.path("expirationSeconds").asText(),
                    "may not specify a duration less than 600 seconds (10 minutes)"));
        }
        checkRequest(Json.textOrEmpty(spec, "request"), errors);
        checkConditions(object, errors);
        checkCertificate(Json.textOrEmpty(object, "status", "certificate"), errors);
        return errors;
    }

    private static void checkRequest(String base64, List<FieldError> errors) {
        if (!(parsePem(base64) instanceof PKCS10CertificationRequest)) {
            errors.add(FieldError.invalid("spec.request", "[]", "PEM block type must be CERTIFICATE REQUEST"));
        }
    }

    private static Object parsePem(String base64) {
        try (PEMParser parser = new PEMParser(
                new StringReader(new String(Base64.getDecoder().decode(base64), StandardCharsets.US_ASCII)))) {
            Object parsed = parser.readObject();
            return parsed == null ? "" : parsed;
        } catch (IOException | IllegalArgumentException e) {
            return "";
        }
    }

    private static void checkConditions(JsonNode object, List<FieldError> errors) {
        List<String> decided = new ArrayList<>();
        for (JsonNode condition : Json.at(object, "status", "conditions")) {
            String type = Json.textOrEmpty(condition, "type");
            boolean decision = DECISIONS.contains(type) || type.equals("Failed");
            if (decision && !Json.textOrEmpty(condition, "status").equals("True")) {
                errors.add(new FieldError(
                        "status.conditions",
                        "FieldValueNotSupported",
                        "Unsupported value: \"" + Json.textOrEmpty(condition, "status")
                                + "\": supported values: \"True\""));
            }
            if (DECISIONS.contains(type)) {
                decided.add(type);
            }
        }
        if (decided.containsAll(DECISIONS)) {
            errors.add(FieldError.invalid(
                    "status.conditions", "\"Denied\"", "Approved and Denied conditions are mutually exclusive"));
        }
    }

    private static void checkCertificate(String base64, List<FieldError> errors) {
        if (base64.isEmpty()) {
            return;
        }
        try {
            byte[] pem = Base64.getDecoder().decode(base64);
            if (CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem))
                    .isEmpty()) {
                errors.add(FieldError.invalid(
                        "status.certificate", "<certificate data>", "must contain at least one CERTIFICATE PEM block"));
            }
        } catch (CertificateException | IllegalArgumentException e) {
            errors.add(FieldError.invalid("status.certificate", "<certificate data>", String.valueOf(e.getMessage())));
        }
    }

    private void requireSignerVerb(String verb, JsonNode request, User user) {
        String signer = Json.textOrEmpty(request, "spec", "signerName");
        String domain = signer.substring(0, signer.indexOf('/') + 1) + "*";
        boolean allowed =
                rbac.allows(user, signerAttributes(verb, signer)) || rbac.allows(user, signerAttributes(verb, domain));
        if (!allowed) {
            String name = Meta.name(request);
            throw ApiException.of(
                    403,
                    "Forbidden",
                    "certificatesigningrequests.certificates.k8s.io \"" + name
                            + "\" is forbidden: user not permitted to " + verb + " requests with signerName \"" + signer
                            + "\"");
        }
    }

    private static Attributes signerAttributes(String verb, String signer) {
        return new Attributes(verb, "certificates.k8s.io", "signers", "", "", signer, "");
    }

    private static ArrayNode conditions(JsonNode object) {
        return Json.at(object, "status", "conditions") instanceof ArrayNode list ? list.deepCopy() : Json.array();
    }

    private static JsonNode decisions(JsonNode object) {
        ArrayNode decisions = Json.array();
        conditions(object).forEach(condition -> {
            if (DECISIONS.contains(Json.textOrEmpty(condition, "type"))) {
                decisions.add(condition);
            }
        });
        return decisions;
    }

    private static void refuseRemovedDecisions(JsonNode before, JsonNode after) {
        List<String> left = Json.at(after, "status", "conditions").findValuesAsText("type");
        for (JsonNode decision : decisions(before)) {
            if (!left.contains(Json.textOrEmpty(decision, "type"))) {
                throw new KindRulesViolation(FieldError.forbidden(
                        "status.conditions",
                        "updates may not remove a condition of type \"" + Json.textOrEmpty(decision, "type") + "\""));
            }
        }
    }

    private static void refuseChangedDecisions(JsonNode before, JsonNode after) {
        refuseRemovedDecisions(before, after);
        if (decisions(after).size() > decisions(before).size()) {
            throw new KindRulesViolation(FieldError.forbidden(
                    "status.conditions", "updates may not add a condition of type \"Approved\" or \"Denied\""));
        }
    }

    private static void refuseReplacedCertificate(JsonNode before, JsonNode after) {
        String issued = Json.textOrEmpty(before, "status", "certificate");
        if (!issued.isEmpty() && !issued.equals(Json.textOrEmpty(after, "status", "certificate"))) {
            throw new KindRulesViolation(FieldError.forbidden(
                    "status.certificate", "updates may not set certificate content more than once"));
        }
    }

    private static void stampConditions(JsonNode before, JsonNode after) {
        List<String> known = Json.at(before, "status", "conditions").findValuesAsText("type");
        for (JsonNode condition : Json.at(after, "status", "conditions")) {
            if (condition instanceof ObjectNode object) {
                String now = Meta.timestamp();
                if (!known.contains(Json.textOrEmpty(object, "type")) && !object.has("lastUpdateTime")) {
                    object.put("lastUpdateTime", now);
                }
                if (!object.has("lastTransitionTime")) {
                    object.put("lastTransitionTime", now);
                }
            }
        }
    }
}
