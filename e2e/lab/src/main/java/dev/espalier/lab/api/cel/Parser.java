package dev.espalier.lab.api.cel;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Recursive descent over CEL's grammar (cel-spec, "Syntax"): one method for each level of precedence. */
final class Parser {
    private static final Pattern TOKEN =
            Pattern.compile("\\s*(?:(\\d+\\.\\d+)|(\\d+)|(\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*')"
                    + "|([A-Za-z_][A-Za-z0-9_]*)|(\\|\\||&&|[=!<>]=|[-+*/%<>!?:.,()\\[\\]]))");
    private static final Set<String> RELATIONS = Set.of("==", "!=", "<", "<=", ">", ">=", "in");

    private record Token(Kind kind, String text) {
        enum Kind {
            DECIMAL,
            INTEGER,
            TEXT,
            WORD,
            SYMBOL,
            END
        }
    }

    private final List<Token> tokens;
    private int next;

    private Parser(List<Token> tokens) {
        this.tokens = tokens;
    }

    static Node parse(String text) {
        Parser parser = new Parser(tokens(text));
        Node node = parser.conditional();
        if (parser.peek().kind() != Token.Kind.END) {
            throw new CelException("'" + parser.peek().text() + "' is not expected");
        }
        return node;
    }

    private static List<Token> tokens(String text) {
        List<Token> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(text.strip());
        int end = 0;
        while (end < matcher.regionEnd()) {
            if (!matcher.find() || matcher.start() != end) {
                throw new CelException("no token at '" + text.strip().substring(end) + "'");
            }
            end = matcher.end();
            tokens.add(token(matcher));
        }
        tokens.add(new Token(Token.Kind.END, ""));
        return tokens;
    }

    private static Token token(Matcher matcher) {
        Token.Kind[] kinds = {
            Token.Kind.DECIMAL, Token.Kind.INTEGER, Token.Kind.TEXT, Token.Kind.WORD, Token.Kind.SYMBOL
        };
        for (int i = 0; i < kinds.length; i++) {
            String text = matcher.group(i + 1);
            if (text != null) {
                return new Token(kinds[i], text);
            }
        }
        throw new IllegalStateException("a token of no kind");
    }

    private Node conditional() {
        Node condition = or();
        if (!accept("?")) {
            return condition;
        }
        Node then = or();
        expect(":");
        return new Node.Conditional(condition, then, conditional());
    }

    private Node or() {
        Node left = and();
        while (accept("||")) {
            left = new Node.Binary("||", left, and());
        }
        return left;
    }

    private Node and() {
        Node left = relation();
        while (accept("&&")) {
            left = new Node.Binary("&&", left, relation());
        }
        return left;
    }

    private Node relation() {
        Node left = sum();
        while (RELATIONS.contains(peek().text()) && peek().kind() != Token.Kind.TEXT) {
            String operator = advance().text();
            left = new Node.Binary(operator, left, sum());
        }
        return left;
    }

    private Node sum() {
        Node left = product();
        while (isSymbol("+") || isSymbol("-")) {
            String operator = advance().text();
            left = new Node.Binary(operator, left, product());
        }
        return left;
    }

    private Node product() {
        Node left = unary();
        while (isSymbol("*") || isSymbol("/") || isSymbol("%")) {
            String operator = advance().text();
            left = new Node.Binary(operator, left, unary());
        }
        return left;
    }

    private Node unary() {
        if (isSymbol("!") || isSymbol("-")) {
            String operator = advance().text();
            return new Node.Unary(operator, unary());
        }
        return member();
    }

    private Node member() {
        Node node = primary();
        while (true) {
            if (accept(".")) {
                String name = word();
                node = accept("(") ? new Node.Call(Optional.of(node), name, list(")")) : new Node.Member(node, name);
            } else if (accept("[")) {
                node = new Node.Index(node, conditional());
                expect("]");
            } else {
                return node;
            }
        }
    }

    private Node primary() {
        Token token = advance();
        return switch (token.kind()) {
            case INTEGER -> new Node.Literal(Long.parseLong(token.text()));
            case DECIMAL -> new Node.Literal(Double.parseDouble(token.text()));
            case TEXT -> new Node.Literal(unescape(token.text()));
            case WORD -> word(token.text());
            case SYMBOL -> symbol(token.text());
            case END -> throw new CelException("the expression ends too early");
        };
    }

    private Node word(String text) {
        return switch (text) {
            case "true" -> new Node.Literal(true);
            case "false" -> new Node.Literal(false);
            case "null" -> new Node.Literal(Values.NULL);
            default -> accept("(") ? new Node.Call(Optional.empty(), text, list(")")) : new Node.Name(text);
        };
    }

    private Node symbol(String text) {
        if (text.equals("[")) {
            return new Node.ListOf(list("]"));
        }
        if (text.equals("(")) {
            Node inner = conditional();
            expect(")");
            return inner;
        }
        throw new CelException("'" + text + "' is not expected");
    }

    private List<Node> list(String end) {
        List<Node> nodes = new ArrayList<>();
        while (!accept(end)) {
            if (!nodes.isEmpty()) {
                expect(",");
            }
            nodes.add(conditional());
        }
        return nodes;
    }

    private static String unescape(String quoted) {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i < quoted.length() - 1; i++) {
            char c = quoted.charAt(i);
            if (c == '\\') {
                i++;
                text.append(
                        switch (quoted.charAt(i)) {
                            case 'n' -> '\n';
                            case 't' -> '\t';
                            case 'r' -> '\r';
                            case '\\', '"', '\'' -> quoted.charAt(i);
                            default ->
                                throw new CelException("the escape \\" + quoted.charAt(i) + " is not known here");
                        });
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }

    private Token peek() {
        return tokens.get(next);
    }

    private Token advance() {
        Token token = tokens.get(next);
        next = Math.min(next + 1, tokens.size() - 1);
        return token;
    }

    private boolean isSymbol(String text) {
        return peek().kind() == Token.Kind.SYMBOL && peek().text().equals(text);
    }

    private boolean accept(String symbol) {
        boolean found = isSymbol(symbol);
        if (found) {
            next++;
        }
        return found;
    }

    private void expect(String symbol) {
        if (!accept(symbol)) {
            throw new CelException("'" + symbol + "' is expected instead of '" + peek().text() + "'");
        }
    }

    private String word() {
        if (peek().kind() != Token.Kind.WORD) {
            throw new CelException("a field name is expected instead of '" + peek().text() + "'");
        }
        return advance().text();
    }
}
