package dev.espalier.lab.api.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.ApiException;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.ResourceType;
import dev.espalier.lab.api.store.TypeRegistry;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is served: {@code /api}, {@code /apis} and below, in the form that every client understands (not aggregated). */
final class Discovery {
    private static final List<String> VERBS =
            List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");

    private final TypeRegistry types;

    Discovery(TypeRegistry types) {
        this.types = types;
    }

    /** The document at a discovery path; empty for any other path. */
    Optional<ObjectNode> document(List<String> segments) {
        if (segments.equals(List.of("api"))) {
            ObjectNode versions = Json.object().put("kind", "APIVersions");
            versions.putArray("versions").add("v1");
            versions.putArray("serverAddressByClientCIDRs");
            return Optional.of(versions);
        }
        if (segments.equals(List.of("apis"))) {
            return Optional.of(groupList());
        }
        if (segments.size() == 2 && segments.getFirst().equals("apis")) {
            return Optional.of(group(segments.get(1), versionsByGroup().getOrDefault(segments.get(1), Set.of())));
        }
        if (segments.size() == 2 && segments.getFirst().equals("api")) {
            return Optional.of(resources("", segments.get(1)));
        }
        if (segments.size() == 3 && segments.getFirst().equals("apis")) {
            return Optional.of(resources(segments.get(1), segments.get(2)));
        }
        return Optional.empty();
    }

    private Map<String, Set<String>> versionsByGroup() {
        Map<String, Set<String>> versions = new LinkedHashMap<>();
        types.all().stream()
                .filter(type -> !type.group().isEmpty())
                .forEach(type -> versions.computeIfAbsent(type.group(), g -> new LinkedHashSet<>())
                        .add(type.version()));
        return versions;
    }

    private ObjectNode groupList() {
        ObjectNode list = Json.object().put("kind", "APIGroupList").put("apiVersion", "v1");
        ArrayNode groups = list.putArray("groups");
        versionsByGroup()
                .forEach(
                        (group, versions) -> groups.add(group(group, versions).without(List.of("kind", "apiVersion"))));
        return list;
    }

    private static ObjectNode group(String name, Set<String> versions) {
        if (versions.isEmpty()) {
            throw ApiException.noSuchPath();
        }
        ObjectNode group =
                Json.object().put("kind", "APIGroup").put("apiVersion", "v1").put("name", name);
        ArrayNode list = group.putArray("versions");
        versions.forEach(version ->
                list.addObject().put("groupVersion", name + "/" + version).put("version", version));
        group.set("preferredVersion", list.path(0));
        return group;
    }

    private ObjectNode resources(String group, String version) {
        List<ResourceType> served = types.all().stream()
                .filter(type -> type.group().equals(group) && type.version().equals(version))
                .toList();
        if (served.isEmpty()) {
            throw ApiException.noSuchPath();
        }
        ObjectNode list = Json.object().put("kind", "APIResourceList").put("apiVersion", "v1");
        list.put("groupVersion", group.isEmpty() ? version : group + "/" + version);
        ArrayNode resources = list.putArray("resources");
        served.forEach(type -> addResource(type, resources));
        return list;
    }

    private static void addResource(ResourceType type, ArrayNode into) {
        ObjectNode resource = into.addObject()
                .put("name", type.plural())
                .put("singularName", type.singular())
                .put("namespaced", type.namespaced())
                .put("kind", type.kind());
        resource.set("verbs", Json.textArray(Reviews.isReview(type) ? List.of("create") : VERBS));
        if (!type.shortNames().isEmpty()) {
            resource.set("shortNames", Json.textArray(type.shortNames()));
        }
        if (!type.categories().isEmpty()) {
            resource.set("categories", Json.textArray(type.categories()));
        }
        type.subresources().stream().sorted().forEach(subresource -> {
            boolean token = subresource.equals("token");
            ObjectNode sub = into.addObject()
                    .put("name", type.plural() + "/" + subresource)
                    .put("singularName", "")
                    .put("namespaced", type.namespaced());
            if (token) {
                sub.put("group", "authentication.k8s.io").put("version", "v1");
            }
            sub.put("kind", token ? "TokenRequest" : type.kind());
            sub.set("verbs", Json.textArray(token ? List.of("create") : List.of("get", "patch", "update")));
        });
    }
}
