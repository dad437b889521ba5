package dev.espalier.lab.api.cel;

import com.fasterxml.jackson.databind.JsonNode;
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
        Node root = Parser.parse(expression);
        check(root, Set.of("self"));
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
