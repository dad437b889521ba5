package dev.espalier.lab.api.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.ApiException;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.ResourceType;
import dev.espalier.lab.api.store.TypeRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code /openapi/v3}, as much as kubectl reads: whether PATCH knows {@code fieldValidation} (then kubectl leaves validation to the
 * server), and the schemas of custom resources for {@code kubectl explain}. Built-in resources have no fields here.
 */
final class OpenApi {
    private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

    private final TypeRegistry types;

    OpenApi(TypeRegistry types) {
        this.types = types;
    }

    ObjectNode index() {
        ObjectNode index = Json.object();
        ObjectNode paths = index.putObject("paths");
        byGroupVersion()
                .forEach((path, served) -> paths.putObject(path)
                        .put(
                                "serverRelativeURL",
                                "/openapi/v3/" + path + "?hash=" + Integer.toHexString(served.hashCode())));
        return index;
    }

    /** @param path such as {@code apis/apps/v1} */
    ObjectNode document(String path) {
        List<ResourceType> served = byGroupVersion().get(path);
        if (served == null) {
            throw ApiException.noSuchPath();
        }
        ObjectNode document = Json.object().put("openapi", "3.0.0");
        document.putObject("info").put("title", "Kubernetes").put("version", "lab");
        ObjectNode paths = document.putObject("paths");
        ObjectNode schemas = document.putObject("components").putObject("schemas");
        schemas.set(META, metaSchema());
        for (ResourceType type : served) {
            schemas.set(schemaName(type), schema(type));
            addPaths(path, type, paths);
        }
        return document;
    }

    private Map<String, List<ResourceType>> byGroupVersion() {
        Map<String, List<ResourceType>> grouped = new LinkedHashMap<>();
        types.all()
                .forEach(type -> grouped.merge(
                        type.group().isEmpty() ? "api/" + type.version() : "apis/" + type.apiVersion(),
                        List.of(type),
                        (a, b) -> java.util.stream.Stream.concat(a.stream(), b.stream())
                                .toList()));
        return grouped;
    }

    private static void addPaths(String prefix, ResourceType type, ObjectNode paths) {
        String collection = "/" + prefix + (type.namespaced() ? "/namespaces/{namespace}/" : "/") + type.plural();
        ObjectNode all = paths.putObject(collection);
        operation(all, "get", type);
        operation(all, "post", type);
        if (!Reviews.isReview(type)) {
            ObjectNode one = paths.putObject(collection + "/{name}");
            for (String method : List.of("get", "put", "patch", "delete")) {
                operation(one, method, type);
            }
        }
    }

    private static void operation(ObjectNode path, String method, ResourceType type) {
        ObjectNode operation = path.putObject(method).put("operationId", method + type.kind());
        var parameters = operation.putArray("parameters");
        for (String name : List.of("dryRun", "fieldManager", "fieldValidation")) {
            parameters
                    .addObject()
                    .put("name", name)
                    .put("in", "query")
                    .putObject("schema")
                    .put("type", "string");
        }
        ObjectNode content = operation
                .putObject("responses")
                .putObject("200")
                .put("description", "OK")
                .putObject("content");
        content.putObject("application/json")
                .putObject("schema")
                .put("$ref", "#/components/schemas/" + schemaName(type));
        addKind(operation.putObject("x-kubernetes-group-version-kind"), type);
    }

    private static void addKind(ObjectNode into, ResourceType type) {
        into.put("group", type.group()).put("version", type.version()).put("kind", type.kind());
    }

    private static String schemaName(ResourceType type) {
        return (type.group().isEmpty() ? "io.k8s.api.core" : type.group()) + "." + type.version() + "." + type.kind();
    }

    private static ObjectNode schema(ResourceType type) {
        ObjectNode schema =
                type.custom() ? type.schema().deepCopy() : Json.object().put("type", "object");
        ObjectNode properties = Json.childObject(schema, "properties");
        textField(properties, "apiVersion", "The versioned schema of this object.");
        textField(properties, "kind", "The resource that this object represents.");
        ObjectNode metadata = properties.putObject("metadata").put("description", "Standard object's metadata.");
        metadata.putArray("allOf").addObject().put("$ref", "#/components/schemas/" + META);
        addKind(schema.putArray("x-kubernetes-group-version-kind").addObject(), type);
        return schema;
    }

    private static ObjectNode metaSchema() {
        ObjectNode meta =
                Json.object().put("type", "object").put("description", "Metadata that all persisted resources have.");
        ObjectNode properties = meta.putObject("properties");
        textField(properties, "name", "Name, unique within a namespace.");
        textField(properties, "namespace", "The namespace, for resources that have one.");
        for (String map : List.of("labels", "annotations")) {
            properties
                    .putObject(map)
                    .put("type", "object")
                    .putObject("additionalProperties")
                    .put("type", "string");
        }
        return meta;
    }

    private static void textField(ObjectNode properties, String name, String description) {
        properties.putObject(name).put("type", "string").put("description", description);
    }
}
