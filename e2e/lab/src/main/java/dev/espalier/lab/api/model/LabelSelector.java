package dev.espalier.lab.api.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The label selector syntax of list and watch requests: {@code a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1}. */
public final class LabelSelector implements Predicate<JsonNode> {
    public static final LabelSelector EVERYTHING = new LabelSelector(List.of());

    private static final Pattern SET = Pattern.compile("(\\S+)\\s+(in|notin)\\s*\\(([^)]*)\\)");
    private static final Pattern COMPARISON = Pattern.compile("([^=!<>\\s]+)\\s*(==|=|!=|<|>)\\s*(\\S*)");
    private static final Pattern KEY = Pattern.compile("([A-Za-z0-9.-]+/)?[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?");

    private final List<Requirement> requirements;

    private LabelSelector(List<Requirement> requirements) {
        this.requirements = requirements;
    }

    private record Requirement(String key, String operator, List<String> values) {
        boolean matches(@Nullable String actual) {
            return switch (operator) {
                case "exists" -> actual != null;
                case "!" -> actual == null;
                case "in" -> actual != null && values.contains(actual);
                case "notin" -> actual == null || !values.contains(actual);
                default -> actual != null && compare(actual);
            };
        }

        private boolean compare(String actual) {
            try {
                int order = Long.compare(Long.parseLong(actual), Long.parseLong(values.getFirst()));
                return operator.equals(">") ? order > 0 : order < 0;
            } catch (NumberFormatException e) {
                return false;
            }
        }
    }

    public static LabelSelector parse(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return EVERYTHING;
        }
        List<Requirement> requirements = new ArrayList<>();
        for (String part : splitOutsideParentheses(text)) {
            requirements.add(parseOne(part.strip(), text));
        }
        return new LabelSelector(requirements);
    }

    private static Requirement parseOne(String part, String whole) {
        Matcher set = SET.matcher(part);
        if (set.matches()) {
            List<String> values = List.of(set.group(3).strip().split("\\s*,\\s*", -1));
            return checked(new Requirement(set.group(1), set.group(2), values), whole);
        }
        Matcher comparison = COMPARISON.matcher(part);
        if (comparison.matches()) {
            String operator = switch (comparison.group(2)) {
                case "=", "==" -> "in";
                case "!=" -> "notin";
                default -> comparison.group(2);
            };
            return checked(new Requirement(comparison.group(1), operator, List.of(comparison.group(3))), whole);
        }
        return part.startsWith("!")
                ? checked(new Requirement(part.substring(1).strip(), "!", List.of()), whole)
                : checked(new Requirement(part, "exists", List.of()), whole);
    }

    private static Requirement checked(Requirement requirement, String whole) {
        if (!KEY.matcher(requirement.key).matches()) {
            throw ApiException.badRequest("unable to parse requirement in label selector '" + whole + "': invalid key '"
                    + requirement.key + "'");
        }
        return requirement;
    }

    private static List<String> splitOutsideParentheses(String text) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '(') {
                depth++;
            } else if (c == ')') {
                depth--;
            } else if (c == ',' && depth == 0) {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(text.substring(start));
        return parts;
    }

    @Override
    public boolean test(JsonNode object) {
        return requirements.stream().allMatch(r -> r.matches(Meta.label(object, r.key())));
    }
}
