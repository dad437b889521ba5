package dev.espalier.lab.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.Meta;
import dev.espalier.lab.api.model.PrinterColumn;
import dev.espalier.lab.api.model.ResourceType;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** {@code meta.k8s.io/v1} tables, which {@code kubectl get} prints. */
final class Tables {
    private static final PrinterColumn AGE = PrinterColumn.at("Age", "date", ".metadata.creationTimestamp");

    private Tables() {}

    static ObjectNode of(ResourceType type, List<ObjectNode> stored, ObjectNode listMeta, String includeObject) {
        List<PrinterColumn> columns = type.columns().isEmpty() ? List.of(AGE) : type.columns();
        ObjectNode table = Json.object().put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
        table.set("metadata", listMeta);
        ArrayNode definitions = table.putArray("columnDefinitions");
        definitions
                .addObject()
                .put("name", "Name")
                .put("type", "string")
                .put("format", "name")
                .put("description", "Name of the object")
                .put("priority", 0);
        columns.forEach(column -> definitions
                .addObject()
                .put("name", column.name())
                // Ages arrive as text, so that kubectl prints them as they are.
                .put("type", column.type().equals("date") && !type.custom() ? "string" : column.type())
                .put("format", column.format())
                .put("description", column.description())
                .put("priority", column.priority()));
        ArrayNode rows = table.putArray("rows");
        stored.forEach(object -> rows.add(row(type, object, columns, includeObject)));
        return table;
    }

    private static ObjectNode row(
            ResourceType type, ObjectNode object, List<PrinterColumn> columns, String includeObject) {
        ObjectNode row = Json.object();
        ArrayNode cells = row.putArray("cells");
        cells.add(Meta.name(object));
        columns.forEach(column -> cells.add(cell(column, column.value().apply(object))));
        if (includeObject.equals("Object")) {
            row.set("object", type.fromStored(object));
        } else if (includeObject.equals("Metadata")) {
            row.set("object", new View.MetadataOnly().one(type, object));
        }
        return row;
    }

    private static JsonNode cell(PrinterColumn column, JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return Json.array().addNull().get(0);
        }
        if (column.type().equals("date")) {
            return Json.array().add(age(value.asText())).get(0);
        }
        return value.isContainerNode() ? Json.array().add(value.toString()).get(0) : value;
    }

    private static String age(String timestamp) {
        try {
            return shortDuration(Duration.between(Instant.parse(timestamp), Instant.now()));
        } catch (DateTimeException e) {
            return "<invalid>";
        }
    }

    /** As kubectl writes it: two units at most, one where the second says little. */
    static String shortDuration(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 0) {
            return seconds > -2 ? "0s" : "<invalid>";
        }
        if (seconds < 120) {
            return seconds + "s";
        }
        long minutes = seconds / 60;
        if (minutes < 10) {
            return pair(minutes, "m", seconds % 60, "s");
        }
        if (minutes < 180) {
            return minutes + "m";
        }
        long hours = minutes / 60;
        if (hours < 8) {
            return pair(hours, "h", minutes % 60, "m");
        }
        if (hours < 48) {
            return hours + "h";
        }
        return hours < 192 ? pair(hours / 24, "d", hours % 24, "h") : hours / 24 + "d";
    }

    private static String pair(long major, String majorUnit, long minor, String minorUnit) {
        return major + majorUnit + (minor == 0 ? "" : minor + minorUnit);
    }
}
