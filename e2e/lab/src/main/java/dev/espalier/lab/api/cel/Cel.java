package dev.espalier.lab.api.cel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * A compiled expression. Known: literals, {@code && || ! ?:}, comparisons, arithmetic on integers, {@code in}, fields and elements,
 * {@code has}, the macros {@code all exists exists_one filter map}, {@code size duration string int}, and the common methods of strings.
 * Not known, and refused by {@link #compile}: {@code oldSelf}, optional values, quantities, addresses, times, CEL's type checks.
 */
public final class Cel {
    private final Node root;

    private Cel(Node root) {
        this.root = root;
    }

    /** @throws CelException when the expression needs what is not known here */
    public static Cel compile(String expression) {
        return compile(expression, Set.of("self"));
    }

    /** As {@link #compile(String)}, with other names than {@code self}. */
    public static Cel compile(String expression, Set<String> names) {
        Node root = Parser.parse(expression);
        check(root, names);
        return new Cel(root);
    }

    /**
     * The truth of the expression for {@code self}.
     *
     * @throws CelException when it has none, such as for a field that is not there
     */
    public boolean holds(JsonNode self) {
        return new Evaluation(Map.of("self", Values.of(self))).truth(root);
    }

    /** As {@link #holds(JsonNode)}, under several names. */
    public boolean holds(Map<String, JsonNode> names) {
        return evaluation(names).truth(root);
    }

    /**
     * The value of the expression; for texts, numbers, truth values and objects.
     *
     * @throws CelException when it has none, or it is no JSON
     */
    public JsonNode json(Map<String, JsonNode> names) {
        return switch (evaluation(names).value(root)) {
            case String text -> TextNode.valueOf(text);
            case Long number -> LongNode.valueOf(number);
            case Boolean truth -> BooleanNode.valueOf(truth);
            case JsonNode node -> node;
            default -> throw new CelException("a value that is no JSON");
        };
    }

    private static Evaluation evaluation(Map<String, JsonNode> names) {
        Map<String, Object> values = new HashMap<>();
        names.forEach((name, value) -> values.put(name, Values.of(value)));
        return new Evaluation(values);
    }

    private static void check(Node node, Set<String> names) {
        switch (node) {
            case Node.Literal literal -> {}
            case Node.Name(String name) -> require(names.contains(name), "'" + name + "' is not known here");
            case Node.Member(Node target, String field) -> check(target, names);
            case Node.Index(Node target, Node index) -> {
                check(target, names);
                check(index, names);
            }
            case Node.Unary(String operator, Node operand) -> check(operand, names);
            case Node.Binary(String operator, Node left, Node right) -> {
                check(left, names);
                check(right, names);
            }
            case Node.Conditional(Node condition, Node then, Node otherwise) -> {
                check(condition, names);
                check(then, names);
                check(otherwise, names);
            }
            case Node.ListOf list -> list.elements().forEach(element -> check(element, names));
            case Node.Call call -> checkCall(call, names);
        }
    }

    private static void checkCall(Node.Call call, Set<String> names) {
        call.target().ifPresent(target -> check(target, names));
        if (call.target().isPresent() && Evaluation.MACROS.contains(call.function())) {
            require(call.arguments().size() == 2, call.function() + "() has two arguments here");
            if (call.arguments().getFirst() instanceof Node.Name(String variable)) {
                Set<String> extended = new HashSet<>(names);
                extended.add(variable);
                check(call.arguments().getLast(), extended);
                return;
            }
            throw new CelException(call.function() + "() wants a variable");
        }
        int arguments = call.arguments().size() + (call.target().isPresent() ? 1 : 0);
        boolean has = call.function().equals("has")
                && arguments == 1
                && call.arguments().getFirst() instanceof Node.Member;
        require(has || Functions.isKnown(call.function(), arguments), call.function() + "() is not known here");
        call.arguments().forEach(argument -> check(argument, names));
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new CelException(otherwise);
        }
    }
}
