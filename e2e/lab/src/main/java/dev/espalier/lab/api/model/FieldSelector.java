package dev.espalier.lab.api.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Field selectors: the few fields that a resource offers, each compared as text by {@code =}, {@code ==} or {@code !=}. */
public final class FieldSelector implements Predicate<JsonNode> {
    private static final Map<String, Set<String>> OFFERED = Map.of(
            "/pods",
            Set.of(
                    "spec.nodeName",
                    "spec.restartPolicy",
                    "spec.schedulerName",
                    "spec.serviceAccountName",
                    "spec.hostNetwork",
                    "status.phase",
                    "status.podIP",
                    "status.nominatedNodeName"),
            "/nodes",
            Set.of("spec.unschedulable"),
            "/namespaces",
            Set.of("status.phase"),
            "/secrets",
            Set.of("type"),
            "/events",
            Set.of(
                    "involvedObject.kind",
                    "involvedObject.namespace",
                    "involvedObject.name",
                    "involvedObject.uid",
                    "involvedObject.apiVersion",
                    "involvedObject.resourceVersion",
                    "involvedObject.fieldPath",
                    "reason",
                    "reportingComponent",
                    "source",
                    "type"),
            "certificates.k8s.io/certificatesigningrequests",
            Set.of("spec.signerName"));

    private final List<Term> terms;

    private FieldSelector(List<Term> terms) {
        this.terms = terms;
    }

    private record Term(String field, boolean negated, String value) {}

    public static FieldSelector parse(@Nullable String text, ResourceType type) {
        List<Term> terms = new ArrayList<>();
        if (text != null && !text.isBlank()) {
            for (String part : text.split(",", -1)) {
                terms.add(parseOne(part, text, type));
            }
        }
        return new FieldSelector(terms);
    }

    /** Selects one object by name. */
    public static FieldSelector byName(String name) {
        return new FieldSelector(List.of(new Term("metadata.name", false, name)));
    }

    public FieldSelector and(FieldSelector other) {
        List<Term> all = new ArrayList<>(terms);
        all.addAll(other.terms);
        return new FieldSelector(all);
    }

    public boolean isEmpty() {
        return terms.isEmpty();
    }

    private static Term parseOne(String part, String whole, ResourceType type) {
        int equals = part.indexOf('=');
        if (equals < 1) {
            throw ApiException.badRequest("unable to parse field selector '" + whole + "': no '=' in '" + part + "'");
        }
        boolean negated = part.charAt(equals - 1) == '!';
        String field = part.substring(0, negated ? equals - 1 : equals);
        String value = part.substring(part.startsWith("==", equals) ? equals + 2 : equals + 1);
        boolean offered = field.equals("metadata.name")
                || (field.equals("metadata.namespace") && (type.namespaced() || !type.custom()))
                || OFFERED.getOrDefault(type.storageKey(), Set.of()).contains(coreName(field));
        if (!offered) {
            throw ApiException.badRequest("field label not supported: " + field);
        }
        return new Term(coreName(field), negated, value);
    }

    /** {@code events.k8s.io} calls the involved object {@code regarding}; selectors run on the stored form. */
    private static String coreName(String field) {
        return field.startsWith("regarding.") ? "involvedObject." + field.substring("regarding.".length()) : field;
    }

    /** @param object the stored form */
    @Override
    public boolean test(JsonNode object) {
        return terms.stream().allMatch(term -> value(object, term.field).equals(term.value) != term.negated);
    }

    private static String value(JsonNode object, String field) {
        if (field.equals("source") && object instanceof ObjectNode) {
            String component = Json.textOrEmpty(object, "source", "component");
            return component.isEmpty() ? Json.textOrEmpty(object, "reportingComponent") : component;
        }
        JsonNode value = Json.at(object, field.split("\\.", -1));
        boolean flag = field.equals("spec.unschedulable") || field.equals("spec.hostNetwork");
        return value.isMissingNode() ? (flag ? "false" : "") : value.asText();
    }
}
