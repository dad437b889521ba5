package dev.espalier.lab.api.cel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.lab.api.model.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * CEL values as Java objects: {@code Long}, {@code Double}, {@code String}, {@code Boolean}, {@link Duration}, {@code List}, a JSON object,
 * or {@link #NULL}.
 */
final class Values {
    static final Object NULL = new Object() {
        @Override
        public String toString() {
            return "null";
        }
    };

    private static final Pattern DURATION_PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|µs|ms|s|m|h)");
    private static final Map<String, Double> UNIT_NANOS =
            Map.of("ns", 1.0, "us", 1e3, "µs", 1e3, "ms", 1e6, "s", 1e9, "m", 60e9, "h", 3_600e9);

    private Values() {}

    static Object of(JsonNode node) {
        if (node.isTextual()) {
            return node.textValue();
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        if (node.isIntegralNumber()) {
            return node.longValue();
        }
        if (node.isNumber()) {
            return node.doubleValue();
        }
        if (node.isArray()) {
            List<Object> list = new ArrayList<>();
            node.forEach(item -> list.add(of(item)));
            return list;
        }
        return node.isObject() ? node : NULL;
    }

    static boolean equal(Object left, Object right) {
        if (left instanceof Number a && right instanceof Number b) {
            return compareNumbers(a, b) == 0;
        }
        if (left instanceof JsonNode a && right instanceof JsonNode b) {
            return Json.same(a, b);
        }
        return Objects.equals(left, right);
    }

    static int compare(Object left, Object right) {
        if (left instanceof Number a && right instanceof Number b) {
            return compareNumbers(a, b);
        }
        if (left instanceof String a && right instanceof String b) {
            return a.compareTo(b);
        }
        if (left instanceof Duration a && right instanceof Duration b) {
            return a.compareTo(b);
        }
        if (left instanceof Boolean a && right instanceof Boolean b) {
            return a.compareTo(b);
        }
        throw new CelException("no such overload: comparison of " + left + " and " + right);
    }

    private static int compareNumbers(Number left, Number right) {
        return left instanceof Long a && right instanceof Long b
                ? Long.compare(a, b)
                : Double.compare(left.doubleValue(), right.doubleValue());
    }

    /** Go's notation: {@code 1h30m}, {@code 1.5s}, {@code -10ms}. */
    static Duration duration(String text) {
        boolean negative = text.startsWith("-");
        String body = negative || text.startsWith("+") ? text.substring(1) : text;
        Matcher part = DURATION_PART.matcher(body);
        double nanos = 0;
        int end = 0;
        while (part.find() && part.start() == end) {
            nanos += Double.parseDouble(part.group(1)) * UNIT_NANOS.getOrDefault(part.group(2), 0.0);
            end = part.end();
        }
        if (body.isEmpty() || (end != body.length() && !body.equals("0"))) {
            throw new CelException("invalid duration '" + text + "'");
        }
        return Duration.ofNanos(Math.round(negative ? -nanos : nanos));
    }
}
