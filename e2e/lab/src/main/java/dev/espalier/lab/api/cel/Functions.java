package dev.espalier.lab.api.cel;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Functions and methods; a method's target is its first argument. */
final class Functions {
    private static final Map<String, Integer> ARITY = Map.ofEntries(
            Map.entry("size", 1),
            Map.entry("duration", 1),
            Map.entry("string", 1),
            Map.entry("int", 1),
            Map.entry("startsWith", 2),
            Map.entry("endsWith", 2),
            Map.entry("contains", 2),
            Map.entry("matches", 2),
            Map.entry("lowerAscii", 1),
            Map.entry("getSeconds", 1));

    private Functions() {}

    static boolean isKnown(String function, int arguments) {
        return ARITY.getOrDefault(function, -1) == arguments;
    }

    static Object call(String function, List<Object> arguments) {
        Object first = arguments.getFirst();
        return switch (function) {
            case "size" -> size(first);
            case "duration" -> first instanceof Duration same ? same : Values.duration(text(first));
            case "string" -> first.toString();
            case "int" -> integer(first);
            case "startsWith" -> text(first).startsWith(text(arguments.get(1)));
            case "endsWith" -> text(first).endsWith(text(arguments.get(1)));
            case "contains" -> text(first).contains(text(arguments.get(1)));
            case "matches" -> matches(text(first), text(arguments.get(1)));
            case "lowerAscii" -> text(first).toLowerCase(java.util.Locale.ROOT);
            case "getSeconds" ->
                first instanceof Duration duration ? (Object) duration.toSeconds() : noOverload(function, first);
            default -> throw new CelException("undeclared reference to '" + function + "'");
        };
    }

    private static long size(Object value) {
        if (value instanceof String text) {
            return text.codePointCount(0, text.length());
        }
        if (value instanceof List<?> list) {
            return list.size();
        }
        if (value instanceof JsonNode object) {
            return object.size();
        }
        return (Long) noOverload("size", value);
    }

    private static long integer(Object value) {
        if (value instanceof Number number) {
            return number.longValue();
        }
        try {
            return Long.parseLong(text(value));
        } catch (NumberFormatException e) {
            throw new CelException("'" + value + "' is no int");
        }
    }

    private static boolean matches(String text, String pattern) {
        try {
            return Pattern.compile(pattern).matcher(text).find();
        } catch (PatternSyntaxException e) {
            throw new CelException("'" + pattern + "' is no regular expression");
        }
    }

    private static String text(Object value) {
        if (value instanceof String text) {
            return text;
        }
        return (String) noOverload("string function", value);
    }

    private static Object noOverload(String function, Object value) {
        throw new CelException("no such overload: " + function + "(" + value + ")");
    }
}
