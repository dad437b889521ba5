package dev.espalier.lab.api.cel;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Computes an expression's value under names. */
final class Evaluation {
    static final Set<String> MACROS = Set.of("all", "exists", "exists_one", "filter", "map");

    private final Map<String, Object> names;

    Evaluation(Map<String, Object> names) {
        this.names = names;
    }

    Object value(Node node) {
        return switch (node) {
            case Node.Literal(Object value) -> value;
            case Node.Name(String name) -> named(name);
            case Node.Member(Node target, String field) -> field(value(target), field);
            case Node.Index(Node target, Node index) -> element(value(target), value(index));
            case Node.Unary(String operator, Node operand) -> unary(operator, value(operand));
            case Node.Binary binary -> binary(binary);
            case Node.Conditional(Node condition, Node then, Node otherwise) ->
                value(truth(condition) ? then : otherwise);
            case Node.ListOf(List<Node> elements) ->
                elements.stream().map(this::value).toList();
            case Node.Call call -> call(call);
        };
    }

    boolean truth(Node node) {
        if (value(node) instanceof Boolean truth) {
            return truth;
        }
        throw new CelException("no such overload: a condition that is no bool");
    }

    private Object named(String name) {
        Object value = names.get(name);
        if (value == null) {
            throw new CelException("undeclared reference to '" + name + "'");
        }
        return value;
    }

    private static Object field(Object target, String field) {
        if (target instanceof JsonNode object && object.has(field)) {
            return Values.of(object.path(field));
        }
        throw new CelException("no such key: " + field);
    }

    private static Object element(Object target, Object index) {
        if (target instanceof List<?> list
                && index instanceof Long position
                && position >= 0
                && position < list.size()) {
            return list.get(position.intValue());
        }
        if (target instanceof JsonNode && index instanceof String key) {
            return field(target, key);
        }
        throw new CelException("no such element: " + index);
    }

    private static Object unary(String operator, Object operand) {
        if (operator.equals("!") && operand instanceof Boolean truth) {
            return !truth;
        }
        if (operator.equals("-") && operand instanceof Long number) {
            return Math.negateExact(number);
        }
        if (operator.equals("-") && operand instanceof Double number) {
            return -number;
        }
        throw new CelException("no such overload: " + operator + operand);
    }

    private Object binary(Node.Binary node) {
        return switch (node.operator()) {
            case "||" -> logical(node, true);
            case "&&" -> logical(node, false);
            case "==" -> Values.equal(value(node.left()), value(node.right()));
            case "!=" -> !Values.equal(value(node.left()), value(node.right()));
            case "<" -> Values.compare(value(node.left()), value(node.right())) < 0;
            case "<=" -> Values.compare(value(node.left()), value(node.right())) <= 0;
            case ">" -> Values.compare(value(node.left()), value(node.right())) > 0;
            case ">=" -> Values.compare(value(node.left()), value(node.right())) >= 0;
            case "in" -> isIn(value(node.left()), value(node.right()));
            default -> arithmetic(node.operator(), value(node.left()), value(node.right()));
        };
    }

    /** Either side alone can decide, so an error on the other does not matter (cel-spec, "Logical Operators"). */
    private boolean logical(Node.Binary node, boolean deciding) {
        boolean left;
        try {
            left = truth(node.left());
        } catch (CelException e) {
            if (truth(node.right()) == deciding) {
                return deciding;
            }
            throw e;
        }
        return left == deciding ? deciding : truth(node.right());
    }

    private static boolean isIn(Object element, Object container) {
        if (container instanceof List<?> list) {
            return list.stream().anyMatch(item -> Values.equal(item, element));
        }
        if (container instanceof JsonNode object && element instanceof String key) {
            return object.has(key);
        }
        throw new CelException("no such overload: in");
    }

    private static Object arithmetic(String operator, Object left, Object right) {
        if (left instanceof Long a && right instanceof Long b) {
            try {
                return switch (operator) {
                    case "+" -> Math.addExact(a, b);
                    case "-" -> Math.subtractExact(a, b);
                    case "*" -> Math.multiplyExact(a, b);
                    case "/" -> a / b;
                    default -> a % b;
                };
            } catch (ArithmeticException e) {
                throw new CelException(String.valueOf(e.getMessage()));
            }
        }
        if (operator.equals("+") && left instanceof String a && right instanceof String b) {
            return a + b;
        }
        if (operator.equals("+") && left instanceof List<?> a && right instanceof List<?> b) {
            List<Object> joined = new ArrayList<>(a);
            joined.addAll(b);
            return joined;
        }
        throw new CelException("no such overload: " + left + " " + operator + " " + right);
    }

    private Object call(Node.Call call) {
        if (call.function().equals("has")) {
            return has(call.arguments().getFirst());
        }
        if (call.target().isPresent() && MACROS.contains(call.function())) {
            return comprehension(call);
        }
        List<Object> arguments = new ArrayList<>();
        call.target().ifPresent(target -> arguments.add(value(target)));
        call.arguments().forEach(argument -> arguments.add(value(argument)));
        return Functions.call(call.function(), arguments);
    }

    private boolean has(Node argument) {
        if (argument instanceof Node.Member(Node target, String field)) {
            return value(target) instanceof JsonNode object && object.hasNonNull(field);
        }
        throw new CelException("has() wants a field");
    }

    private Object comprehension(Node.Call call) {
        String variable = ((Node.Name) call.arguments().getFirst()).name();
        Node body = call.arguments().getLast();
        List<Object> items = items(value(call.target().orElseThrow()));
        return switch (call.function()) {
            case "all" -> items.stream().allMatch(item -> with(variable, item).truth(body));
            case "exists" ->
                items.stream().anyMatch(item -> with(variable, item).truth(body));
            case "exists_one" ->
                items.stream().filter(item -> with(variable, item).truth(body)).count() == 1;
            case "filter" ->
                items.stream().filter(item -> with(variable, item).truth(body)).toList();
            default ->
                items.stream().map(item -> with(variable, item).value(body)).toList();
        };
    }

    private static List<Object> items(Object container) {
        List<Object> items = new ArrayList<>();
        if (container instanceof List<?> list) {
            items.addAll(list);
        } else if (container instanceof JsonNode object) {
            object.fieldNames().forEachRemaining(items::add);
        } else {
            throw new CelException("no such overload: iteration over " + container);
        }
        return items;
    }

    private Evaluation with(String variable, Object value) {
        Map<String, Object> extended = new HashMap<>(names);
        extended.put(variable, value);
        return new Evaluation(extended);
    }
}
