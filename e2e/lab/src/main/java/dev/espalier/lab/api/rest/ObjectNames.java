package dev.espalier.lab.api.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.ApiException;
import dev.espalier.lab.api.model.FieldError;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.Meta;
import dev.espalier.lab.api.model.ResourceType;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Names of objects: given, generated, checked. */
final class ObjectNames {
    private static final Pattern SUBDOMAIN =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
    private static final Pattern PATH_SEGMENT = Pattern.compile("(?!\\.{1,2}$)[^/%]+");
    private static final Set<String> LABEL_NAMES = Set.of("/namespaces", "/services");
    private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
    private static final int SUFFIX = 5;
    private static final SecureRandom RANDOM = new SecureRandom();

    private ObjectNames() {}

    /** Puts the name (generated if need be) and the namespace of the request into {@code object}. */
    static void settle(ResourceType type, String namespace, ObjectNode object) {
        ObjectNode metadata = Meta.of(object);
        String given = Meta.namespace(object);
        if (type.namespaced()) {
            if (!given.isEmpty() && !given.equals(namespace)) {
                throw ApiException.badRequest(
                        "the namespace of the provided object does not match the namespace sent on the request");
            }
            metadata.put("namespace", namespace);
        } else if (!given.isEmpty()) {
            metadata.remove("namespace");
        }
        if (Meta.name(object).isEmpty()
                && !Json.textOrEmpty(metadata, "generateName").isEmpty()) {
            metadata.put("name", Json.textOrEmpty(metadata, "generateName") + suffix());
        }
        check(type, Meta.name(object));
    }

    private static void check(ResourceType type, String name) {
        if (name.isEmpty()) {
            throw ApiException.invalid(
                    type, "", List.of(FieldError.required("metadata.name", "name or generateName is required")));
        }
        Pattern pattern = type.group().equals("rbac.authorization.k8s.io")
                ? PATH_SEGMENT
                : LABEL_NAMES.contains(type.storageKey()) ? LABEL : SUBDOMAIN;
        int limit = pattern == LABEL ? 63 : 253;
        if (name.length() > limit || !pattern.matcher(name).matches()) {
            throw ApiException.invalid(
                    type,
                    name,
                    List.of(
                            FieldError.invalid(
                                    "metadata.name",
                                    "\"" + name + "\"",
                                    "a lowercase RFC 1123 " + (pattern == LABEL ? "label" : "subdomain")
                                            + " must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character")));
        }
    }

    private static String suffix() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < SUFFIX; i++) {
            text.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
        }
        return text.toString();
    }
}
