package dev.espalier.lab.api.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.ApiException;
import dev.espalier.lab.api.model.FieldError;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.Meta;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Rules of the core group's kinds, of leases and of RBAC objects. */
final class CoreRules {
    private CoreRules() {}

    static Map<String, KindRules> all() {
        KindRules roleBindings = new RoleBindings();
        return Map.of(
                "/namespaces", new Namespaces(),
                "/secrets", new Secrets(),
                "/configmaps", new ConfigMaps(),
                "/pods", new Pods(),
                "coordination.k8s.io/leases", new Leases(),
                "rbac.authorization.k8s.io/rolebindings", roleBindings,
                "rbac.authorization.k8s.io/clusterrolebindings", roleBindings);
    }

    private static void setDefault(ObjectNode object, String field, String value) {
        if (Json.textOrEmpty(object, field).isEmpty()) {
            object.put(field, value);
        }
    }

    private static final class Namespaces implements KindRules {
        @Override
        public void beforeCreate(ObjectNode object, WriteOptions options) {
            Json.childObject(object, "spec").putArray("finalizers").add("kubernetes");
            object.putObject("status").put("phase", "Active");
            Json.childObject(Meta.of(object), "labels").put("kubernetes.io/metadata.name", Meta.name(object));
        }

        @Override
        public void beforeUpdate(ObjectNode before, ObjectNode after, String subresource, WriteOptions options) {
            if (!subresource.equals("finalize")) {
                Json.childObject(after, "spec")
                        .set("finalizers", Json.at(before, "spec", "finalizers").deepCopy());
            }
        }
    }

    private static final class Secrets implements KindRules {
        @Override
        public void beforeCreate(ObjectNode object, WriteOptions options) {
            setDefault(object, "type", "Opaque");
            encodeStringData(object);
        }

        @Override
        public void beforeUpdate(ObjectNode before, ObjectNode after, String subresource, WriteOptions options) {
            setDefault(after, "type", "Opaque");
            encodeStringData(after);
            refuseChangeOfImmutable(before, after, "data");
        }

        @Override
        public List<FieldError> validate(ObjectNode object) {
            List<FieldError> errors = new ArrayList<>();
            object.path("data").properties().forEach(entry -> {
                if (!isBase64(entry.getValue().asText())) {
                    throw ApiException.badRequest(
                            "Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data in data."
                                    + entry.getKey());
                }
            });
            if (Json.textOrEmpty(object, "type").equals("kubernetes.io/tls")) {
                for (String key : List.of("tls.crt", "tls.key")) {
                    if (!object.path("data").has(key)) {
                        errors.add(FieldError.required("data[" + key + "]", ""));
                    }
                }
            }
            return errors;
        }

        private static void encodeStringData(ObjectNode object) {
            JsonNode plain = object.remove("stringData");
            if (plain != null) {
                ObjectNode data = Json.childObject(object, "data");
                plain.properties()
                        .forEach(entry -> data.put(
                                entry.getKey(),
                                Base64.getEncoder()
                                        .encodeToString(
                                                entry.getValue().asText().getBytes(StandardCharsets.UTF_8))));
            }
        }

        private static boolean isBase64(String text) {
            try {
                byte[] _ = Base64.getDecoder().decode(text);
                return true;
            } catch (IllegalArgumentException e) {
                return false;
            }
        }
    }

    private static final class ConfigMaps implements KindRules {
        @Override
        public void beforeUpdate(ObjectNode before, ObjectNode after, String subresource, WriteOptions options) {
            refuseChangeOfImmutable(before, after, "data");
        }

        @Override
        public List<FieldError> validate(ObjectNode object) {
            object.path("data").properties().forEach(entry -> {
                if (!entry.getValue().isTextual()) {
                    throw ApiException.badRequest("ConfigMap in version \"v1\" cannot be handled as a ConfigMap: data."
                            + entry.getKey() + " is no string");
                }
            });
            return List.of();
        }
    }

    private static void refuseChangeOfImmutable(ObjectNode before, ObjectNode after, String field) {
        if (before.path("immutable").asBoolean() && !Json.same(before.get(field), after.get(field))) {
            throw new KindRulesViolation(FieldError.forbidden(field, "field is immutable when `immutable` is set"));
        }
    }

    private static final class Pods implements KindRules {
        @Override
        public void beforeCreate(ObjectNode object, WriteOptions options) {
            ObjectNode spec = Json.childObject(object, "spec");
            setDefault(spec, "restartPolicy", "Always");
            setDefault(spec, "dnsPolicy", "ClusterFirst");
            setDefault(spec, "schedulerName", "default-scheduler");
            setDefault(spec, "serviceAccountName", "default");
            if (!spec.has("terminationGracePeriodSeconds")) {
                spec.put("terminationGracePeriodSeconds", 30);
            }
            object.putObject("status").put("phase", "Pending").put("qosClass", "BestEffort");
        }

        @Override
        public void beforeUpdate(ObjectNode before, ObjectNode after, String subresource, WriteOptions options) {
            if (!Json.same(
                    before.path("spec").get("nodeName"), after.path("spec").get("nodeName"))) {
                throw new KindRulesViolation(FieldError.forbidden(
                        "spec", "pod updates may not change fields other than `spec.containers[*].image`, ..."));
            }
        }

        @Override
        public List<FieldError> validate(ObjectNode object) {
            return object.path("spec").path("containers").isEmpty()
                    ? List.of(FieldError.required("spec.containers", ""))
                    : List.of();
        }
    }

    private static final class Leases implements KindRules {
        @Override
        public List<FieldError> validate(ObjectNode object) {
            JsonNode seconds = Json.at(object, "spec", "leaseDurationSeconds");
            return seconds.isNumber() && seconds.asLong() <= 0
                    ? List.of(
                            FieldError.invalid("spec.leaseDurationSeconds", seconds.asText(), "must be greater than 0"))
                    : List.of();
        }
    }

    private static final class RoleBindings implements KindRules {
        @Override
        public void beforeCreate(ObjectNode object, WriteOptions options) {
            setDefault(Json.childObject(object, "roleRef"), "apiGroup", "rbac.authorization.k8s.io");
        }

        @Override
        public void beforeUpdate(ObjectNode before, ObjectNode after, String subresource, WriteOptions options) {
            beforeCreate(after, options);
            if (!Json.same(before.get("roleRef"), after.get("roleRef"))) {
                throw new KindRulesViolation(
                        FieldError.invalid("roleRef", after.path("roleRef").toString(), "cannot change roleRef"));
            }
        }
    }
}
