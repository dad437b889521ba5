package dev.espalier.crds.v1alpha1;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Writes the schema as a document for people. */
final class CrdReference {
    private static final String INTRODUCTION = """
            # CRD reference

            Generated from the schema; do not edit. All kinds are of `ipsec.espalier.dev/v1alpha1` and cluster-scoped.

            A policy that the schema lets through may still ask for what this version does not do, or be wrong in a way that a schema cannot
            say. Then its condition `Accepted` is `False` with reason `NotSupported` or `Invalid`, the message names the field, and the spec
            that was accepted last stays in force (`status.inForce`). This version does: `action` Protect and Discard for every pod, `mode`
            Tunnel, `encapsulation` UDP, `enforcement` Strict; in proposals `aes128gcm16`, `aes256gcm16`, `chacha20poly1305`, `prfsha256`, `prfsha384`,
            `prfsha512`, `x25519`, `ecp256`, `ecp384`, and for ESP `esn` and `noesn`. Without any policy, everything between pods of different nodes is dropped.

            Durations are whole hours, minutes and seconds, such as `4h`, `1h30m`, `10s`. Numbers of octets are whole, with `Ki`, `Mi`, `Gi`, `Ti` or
            no suffix.
            """;

    private final StringBuilder text = new StringBuilder(INTRODUCTION);

    static String markdown() {
        CrdReference reference = new CrdReference();
        for (Class<? extends CustomResource<?, ?>> kind :
                List.of(IPSecPolicy.class, IPSecNode.class, IPSecPeer.class, IPSecAuthority.class)) {
            reference.kind(CrdGeneration.generate(kind));
        }
        return reference.text.toString();
    }

    private void kind(CustomResourceDefinition crd) {
        var names = crd.getSpec().getNames();
        text.append("\n## ").append(names.getKind()).append("\n\n`kubectl get ").append(names.getPlural());
        text.append("`, or `").append(names.getShortNames().getFirst()).append("` for short.\n\n");
        text.append("| field | type | default | meaning and bounds |\n|---|---|---|---|\n");
        JSONSchemaProps root =
                crd.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();
        rows("spec", CrdGeneration.property(root, "spec"));
        rows("status", CrdGeneration.property(root, "status"));
        List<String> rules = new ArrayList<>();
        rules("spec", CrdGeneration.property(root, "spec"), rules);
        if (!rules.isEmpty()) {
            text.append("\nRules:\n\n");
            rules.forEach(rule -> text.append("- ").append(rule).append('\n'));
        }
    }

    private void rows(String path, JSONSchemaProps schema) {
        if (schema.getProperties() == null) {
            return;
        }
        List<String> required = schema.getRequired() == null ? List.of() : schema.getRequired();
        schema.getProperties().forEach((name, property) -> {
            String field = path + "." + name;
            boolean list = property.getItems() != null;
            JSONSchemaProps element = list ? property.getItems().getSchema() : property;
            text.append("| `")
                    .append(field)
                    .append("` | ")
                    .append(element.getType())
                    .append(list ? " list" : "");
            text.append(" | ").append(defaultOf(property)).append(" | ");
            text.append(meaning(property, element, required.contains(name))).append(" |\n");
            if (field.equals("status.inForce.spec")) {
                return;
            }
            rows(list ? field + "[]" : field, element);
        });
    }

    private static String defaultOf(JSONSchemaProps property) {
        JsonNode value = property.getDefault();
        return value == null || value.isObject() ? "" : "`" + (value.isTextual() ? value.asText() : value) + "`";
    }

    private static String meaning(JSONSchemaProps property, JSONSchemaProps element, boolean required) {
        List<String> parts = new ArrayList<>();
        if (property.getDescription() != null) {
            parts.add(property.getDescription());
        }
        if (required) {
            parts.add("Required.");
        }
        if (element.getEnum() != null && !element.getEnum().isEmpty()) {
            parts.add(element.getEnum().stream()
                    .map(value -> "`" + value.asText() + "`")
                    .collect(Collectors.joining(", ", "One of ", ".")));
        }
        if (property.getMaximum() != null) {
            parts.add(property.getMinimum().longValue() + " to "
                    + property.getMaximum().longValue() + ".");
        }
        if (property.getMaxItems() != null) {
            long min = property.getMinItems() == null ? 0 : property.getMinItems();
            parts.add(min + " to " + property.getMaxItems() + " entries.");
        }
        return String.join(" ", parts).replace("|", "\\|");
    }

    private static void rules(String path, JSONSchemaProps schema, List<String> rules) {
        if (schema.getXKubernetesValidations() != null) {
            schema.getXKubernetesValidations()
                    .forEach(rule -> rules.add("`" + path + "`: " + rule.getMessage() + " (`" + rule.getRule() + "`)"));
        }
        if (schema.getProperties() != null) {
            schema.getProperties().forEach((name, property) -> rules(path + "." + name, property, rules));
        }
    }
}
