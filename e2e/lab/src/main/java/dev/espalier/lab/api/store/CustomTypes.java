package dev.espalier.lab.api.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.JsonPath;
import dev.espalier.lab.api.model.PrinterColumn;
import dev.espalier.lab.api.model.ResourceType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Resource types out of a {@code CustomResourceDefinition}: one for each served version. */
final class CustomTypes {
    private CustomTypes() {}

    static String storageKey(JsonNode definition) {
        return Json.textOrEmpty(definition, "spec", "group") + "/"
                + Json.textOrEmpty(definition, "spec", "names", "plural");
    }

    static List<ResourceType> of(JsonNode definition) {
        List<ResourceType> types = new ArrayList<>();
        for (JsonNode version : Json.at(definition, "spec", "versions")) {
            if (version.path("served").asBoolean()) {
                types.add(type(definition.path("spec"), version));
            }
        }
        return types;
    }

    private static ResourceType type(JsonNode spec, JsonNode version) {
        JsonNode names = spec.path("names");
        Set<String> subresources = new HashSet<>();
        version.path("subresources").fieldNames().forEachRemaining(subresources::add);
        List<PrinterColumn> columns = new ArrayList<>();
        version.path("additionalPrinterColumns").forEach(column -> columns.add(column(column)));
        JsonNode schema = Json.at(version, "schema", "openAPIV3Schema");
        return new ResourceType(
                Json.textOrEmpty(spec, "group"),
                Json.textOrEmpty(version, "name"),
                Json.textOrEmpty(names, "plural"),
                Json.textOrEmpty(names, "singular"),
                Json.textOrEmpty(names, "kind"),
                Json.textOrEmpty(spec, "scope").equals("Namespaced"),
                Json.texts(names.path("shortNames")),
                Json.texts(names.path("categories")),
                Set.copyOf(subresources),
                true,
                schema instanceof ObjectNode object ? object : Json.object(),
                List.copyOf(columns),
                true);
    }

    private static PrinterColumn column(JsonNode column) {
        return new PrinterColumn(
                Json.textOrEmpty(column, "name"),
                Json.textOrEmpty(column, "type"),
                Json.textOrEmpty(column, "format"),
                Json.textOrEmpty(column, "description"),
                column.path("priority").asInt(),
                JsonPath.parse(Json.textOrEmpty(column, "jsonPath"))::evaluate);
    }
}
