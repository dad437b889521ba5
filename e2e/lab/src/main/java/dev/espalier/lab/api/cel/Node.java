package dev.espalier.lab.api.cel;

import java.util.List;
import java.util.Optional;

/** A parsed expression. */
sealed interface Node {
    /** @param value a {@code Long}, {@code Double}, {@code String}, {@code Boolean} or {@link Values#NULL} */
    record Literal(Object value) implements Node {}

    record Name(String name) implements Node {}

    record Member(Node target, String field) implements Node {}

    record Index(Node target, Node index) implements Node {}

    record Call(Optional<Node> target, String function, List<Node> arguments) implements Node {}

    record Unary(String operator, Node operand) implements Node {}

    record Binary(String operator, Node left, Node right) implements Node {}

    record Conditional(Node condition, Node then, Node otherwise) implements Node {}

    record ListOf(List<Node> elements) implements Node {}
}
