package dev.espalier.cni;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A strict reader of RFC 8259 JSON, as small as the shim needs it: objects are maps, arrays lists, numbers {@link Double}s. Names that come twice in an object,
 * anything behind the value, and nesting deeper than {@value #MAX_DEPTH} are errors.
 */
final class Json {
    private static final int MAX_DEPTH = 64;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** @throws CniFailure code 6, saying where */
    static @Nullable Object parse(String text) throws CniFailure {
        Json json = new Json(text);
        Object value = json.value(0);
        json.skipBlanks();
        if (json.at != text.length()) {
            throw json.fail("something behind the value");
        }
        return value;
    }

    /** @throws CniFailure code 6 also when the value is no object */
    @SuppressWarnings("unchecked") // value() makes no other maps
    static Map<String, Object> parseObject(String text) throws CniFailure {
        Object value = parse(text);
        if (value instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new CniFailure(CniErrorCode.DECODING_FAILURE, "the network configuration is not a JSON object");
    }

    /** Appends {@code value} as a JSON string. */
    static void quote(String value, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c == '\n') {
                out.append("\\n");
            } else if (c < 0x20) {
                out.append("\\u00").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    private @Nullable Object value(int depth) throws CniFailure {
        if (depth > MAX_DEPTH) {
            throw fail("nesting too deep");
        }
        skipBlanks();
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            case 't' -> literal("true", true);
            case 'f' -> literal("false", false);
            case 'n' -> literal("null", null);
            default -> number();
        };
    }

    private Map<String, @Nullable Object> object(int depth) throws CniFailure {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        at++;
        skipBlanks();
        if (peek() == '}') {
            at++;
            return map;
        }
        while (true) {
            skipBlanks();
            if (peek() != '"') {
                throw fail("a name expected");
            }
            String name = string();
            skipBlanks();
            expect(':');
            if (map.containsKey(name)) {
                throw fail("the name \"" + name + "\" a second time");
            }
            map.put(name, value(depth + 1));
            skipBlanks();
            if (peek() == '}') {
                at++;
                return map;
            }
            expect(',');
        }
    }

    private List<@Nullable Object> array(int depth) throws CniFailure {
        List<@Nullable Object> list = new ArrayList<>();
        at++;
        skipBlanks();
        if (peek() == ']') {
            at++;
            return list;
        }
        while (true) {
            list.add(value(depth + 1));
            skipBlanks();
            if (peek() == ']') {
                at++;
                return list;
            }
            expect(',');
        }
    }

    private String string() throws CniFailure {
        StringBuilder out = new StringBuilder();
        at++;
        while (true) {
            char c = peek();
            at++;
            if (c == '"') {
                return out.toString();
            }
            if (c < 0x20) {
                throw fail("a control character in a string");
            }
            out.append(c == '\\' ? escape() : c);
        }
    }

    private char escape() throws CniFailure {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> codeUnit();
            default -> throw fail("an unknown escape");
        };
    }

    private char codeUnit() throws CniFailure {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(peek(), 16);
            if (digit < 0 || peek() > 'f') {
                throw fail("not a hexadecimal digit");
            }
            value = value << 4 | digit;
            at++;
        }
        return (char) value;
    }

    private Double number() throws CniFailure {
        int start = at;
        if (peekOrEnd() == '-') {
            at++;
        }
        boolean leadingZero = peekOrEnd() == '0';
        int whole = digits();
        if (whole == 0 || leadingZero && whole > 1) {
            throw fail("a value expected");
        }
        if (peekOrEnd() == '.') {
            at++;
            if (digits() == 0) {
                throw fail("a digit expected");
            }
        }
        if (peekOrEnd() == 'e' || peekOrEnd() == 'E') {
            at++;
            if (peekOrEnd() == '+' || peekOrEnd() == '-') {
                at++;
            }
            if (digits() == 0) {
                throw fail("a digit expected");
            }
        }
        return Double.valueOf(text.substring(start, at));
    }

    private int digits() {
        int start = at;
        while (peekOrEnd() >= '0' && peekOrEnd() <= '9') {
            at++;
        }
        return at - start;
    }

    private @Nullable Object literal(String word, @Nullable Object value) throws CniFailure {
        if (!text.startsWith(word, at)) {
            throw fail("a value expected");
        }
        at += word.length();
        return value;
    }

    private void skipBlanks() {
        while (at < text.length()
                && (text.charAt(at) == ' '
                        || text.charAt(at) == '\n'
                        || text.charAt(at) == '\t'
                        || text.charAt(at) == '\r')) {
            at++;
        }
    }

    private void expect(char wanted) throws CniFailure {
        if (peek() != wanted) {
            throw fail("'" + wanted + "' expected");
        }
        at++;
    }

    private char peek() throws CniFailure {
        if (at >= text.length()) {
            throw fail("the end comes too early");
        }
        return text.charAt(at);
    }

    private char peekOrEnd() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private CniFailure fail(String what) {
        return new CniFailure(
                CniErrorCode.DECODING_FAILURE,
                "the network configuration is not valid JSON: " + what + " at character " + at);
    }
}
