package dev.espalier.lab.api.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The JSONPath of {@code additionalPrinterColumns}: {@code .a.b}, {@code ['a.b']}, {@code [0]}, {@code [*]}, and
 * {@code [?(@.type=="Ready")]}. Yields the first match, as the API server does.
 */
public final class JsonPath {
    private static final Pattern STEP = Pattern.compile("\\.((?:[^.\\[\\\\]|\\\\.)+)"
            + "|\\[['\"]([^'\"]+)['\"]\\]"
            + "|\\[(-?\\d+|\\*)\\]"
            + "|\\[\\?\\(@\\.([^=!]+?)\\s*==\\s*['\"]([^'\"]*)['\"]\\)\\]");

    private final List<Step> steps;

    private JsonPath(List<Step> steps) {
        this.steps = steps;
    }

    private sealed interface Step {
        record Member(String name) implements Step {}

        record Element(int index) implements Step {}

        record Every() implements Step {}

        record Where(String field, String value) implements Step {}
    }

    public static JsonPath parse(String text) {
        List<Step> steps = new ArrayList<>();
        Matcher matcher = STEP.matcher(text);
        int end = 0;
        while (matcher.find() && matcher.start() == end) {
            steps.add(step(matcher));
            end = matcher.end();
        }
        if (end != text.length() || steps.isEmpty()) {
            throw ApiException.badRequest(
                    "JSONPath '" + text + "' is outside of what this server evaluates, from character " + end);
        }
        return new JsonPath(steps);
    }

    private static Step step(Matcher matcher) {
        if (matcher.group(1) != null) {
            return new Step.Member(matcher.group(1).replace("\\.", ".").replace("\\/", "/"));
        }
        if (matcher.group(2) != null) {
            return new Step.Member(matcher.group(2));
        }
        if (matcher.group(3) != null) {
            return matcher.group(3).equals("*")
                    ? new Step.Every()
                    : new Step.Element(Integer.parseInt(matcher.group(3)));
        }
        return new Step.Where(matcher.group(4), matcher.group(5));
    }

    /** The first match, or a missing node. */
    public JsonNode evaluate(JsonNode root) {
        List<JsonNode> current = List.of(root);
        for (Step step : steps) {
            List<JsonNode> next = new ArrayList<>();
            current.forEach(node -> follow(step, node, next));
            current = next;
        }
        return current.isEmpty() ? MissingNode.getInstance() : current.getFirst();
    }

    private static void follow(Step step, JsonNode node, List<JsonNode> into) {
        switch (step) {
            case Step.Member(String name) -> addPresent(node.path(name), into);
            case Step.Element(int index) -> addPresent(node.path(index < 0 ? node.size() + index : index), into);
            case Step.Every() -> node.forEach(into::add);
            case Step.Where(String field, String value) -> {
                for (JsonNode element : node) {
                    if (Json.at(element, field.split("\\.", -1)).asText().equals(value)) {
                        into.add(element);
                    }
                }
            }
        }
    }

    private static void addPresent(JsonNode node, List<JsonNode> into) {
        if (!node.isMissingNode() && !node.isNull()) {
            into.add(node);
        }
    }
}
