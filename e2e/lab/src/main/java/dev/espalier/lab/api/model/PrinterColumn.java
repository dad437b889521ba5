package dev.espalier.lab.api.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Function;

/**
 * A column of {@code kubectl get}.
 *
 * @param type {@code string}, {@code integer}, {@code number}, {@code boolean} or {@code date}
 * @param priority 0 is always shown, greater ones with {@code -o wide}
 * @param value finds the cell's value in an object; missing when there is none
 */
public record PrinterColumn(
        String name, String type, String format, String description, int priority, Function<JsonNode, JsonNode> value) {

    /** A column whose value is at a JSONPath. */
    public static PrinterColumn at(String name, String type, String path) {
        return new PrinterColumn(name, type, "", name, 0, JsonPath.parse(path)::evaluate);
    }
}
