package dev.espalier.lab.api.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reading, writing and walking JSON trees. */
public final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final YAMLMapper YAML = new YAMLMapper();

    private Json() {}

    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    public static ArrayNode array() {
        return MAPPER.createArrayNode();
    }

    public static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree that cannot be written", e);
        }
    }

    /** Parses JSON, or YAML when the media type says so; anything else than what it claims is a 400. */
    public static JsonNode parse(byte[] body, String mediaType) {
        try {
            JsonNode node =
                    mediaType.toLowerCase(Locale.ROOT).contains("yaml") ? YAML.readTree(body) : MAPPER.readTree(body);
            return node == null ? MissingNode.getInstance() : node;
        } catch (IOException e) {
            throw ApiException.badRequest("the body of the request is not " + mediaType + ": " + e.getMessage());
        }
    }

    public static ObjectNode parseObject(byte[] body, String mediaType) {
        if (parse(body, mediaType) instanceof ObjectNode object) {
            return object;
        }
        throw ApiException.badRequest("the body of the request is not an object");
    }

    /** Parses text that the caller wrote. */
    public static ObjectNode literal(String text) {
        return parseObject(text.getBytes(java.nio.charset.StandardCharsets.UTF_8), "application/json");
    }

    public static JsonNode at(JsonNode node, String... path) {
        JsonNode current = node;
        for (String step : path) {
            current = current.path(step);
        }
        return current;
    }

    public static @Nullable String text(JsonNode node, String... path) {
        return at(node, path).textValue();
    }

    /** The text at {@code path}, or the empty string. */
    public static String textOrEmpty(JsonNode node, String... path) {
        String value = text(node, path);
        return value == null ? "" : value;
    }

    public static List<String> texts(JsonNode array) {
        List<String> values = new ArrayList<>();
        array.forEach(element -> values.add(element.asText()));
        return values;
    }

    public static ArrayNode textArray(Iterable<String> values) {
        ArrayNode array = array();
        values.forEach(array::add);
        return array;
    }

    /** The object member {@code name} of {@code parent}, made when it is not there. */
    public static ObjectNode childObject(ObjectNode parent, String name) {
        return parent.get(name) instanceof ObjectNode child ? child : parent.putObject(name);
    }

    /** Whether two numbers or texts or trees mean the same: {@code 1} and {@code 1.0} do. */
    public static boolean same(@Nullable JsonNode left, @Nullable JsonNode right) {
        if (left == null || right == null) {
            return left == null && right == null;
        }
        if (left.isNumber() && right.isNumber()) {
            return left.decimalValue().compareTo(right.decimalValue()) == 0;
        }
        return left.equals(right);
    }
}
