package dev.espalier.lab.api.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import dev.espalier.lab.api.access.User;
import dev.espalier.lab.api.model.ApiException;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.rest.WriteOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request: its parts decoded, and who makes it. */
final class Request {
    private static final int MAXIMUM_BODY = 3 * 1024 * 1024;
    private static final String JSON = "application/json";

    private final HttpExchange exchange;
    private final User user;
    private final Map<String, List<String>> query;

    Request(HttpExchange exchange, User user) {
        this.exchange = exchange;
        this.user = user;
        this.query = parseQuery(exchange.getRequestURI().getRawQuery());
    }

    HttpExchange exchange() {
        return exchange;
    }

    User user() {
        return user;
    }

    String method() {
        return exchange.getRequestMethod();
    }

    String path() {
        return exchange.getRequestURI().getPath();
    }

    static List<String> segments(String path) {
        return Arrays.stream(path.split("/", -1))
                .filter(part -> !part.isEmpty())
                .toList();
    }

    @Nullable
    String parameter(String name) {
        return query.getOrDefault(name, List.of()).stream().findFirst().orElse(null);
    }

    boolean flag(String name) {
        String value = parameter(name);
        return value != null && (value.isEmpty() || value.equals("true") || value.equals("1"));
    }

    long number(String name, long otherwise) {
        String value = parameter(name);
        if (value == null || value.isEmpty()) {
            return otherwise;
        }
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw ApiException.badRequest("parameter " + name + " is not a number: " + value);
        }
    }

    String header(String name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    /** The media type of the body without parameters, in lower case; JSON when nothing is said. */
    String mediaType() {
        String type = header("Content-Type").split(";", -1)[0].strip().toLowerCase(Locale.ROOT);
        return type.isEmpty() ? JSON : type;
    }

    byte[] body() {
        try {
            byte[] body = exchange.getRequestBody().readNBytes(MAXIMUM_BODY + 1);
            if (body.length > MAXIMUM_BODY) {
                throw ApiException.of(413, "RequestEntityTooLarge", "limit is " + MAXIMUM_BODY);
            }
            return body;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The body as an object; only JSON and YAML are understood, protobuf and CBOR are a 415. */
    ObjectNode bodyObject() {
        String type = mediaType();
        if (!type.equals(JSON) && !type.equals("application/yaml") && !type.equals("text/plain")) {
            throw ApiException.unsupportedMediaType(type, List.of(JSON, "application/yaml"));
        }
        return Json.parseObject(body(), type);
    }

    boolean dryRun() {
        String value = parameter("dryRun");
        if (value != null && !value.isEmpty() && !value.equals("All")) {
            throw ApiException.badRequest("dryRun: Unsupported value: \"" + value + "\": supported values: \"All\"");
        }
        return value != null && !value.isEmpty();
    }

    WriteOptions writeOptions() {
        String manager = parameter("fieldManager");
        String validation = parameter("fieldValidation");
        WriteOptions.UnknownFields unknown = switch (validation == null ? "" : validation) {
            case "", "Warn" -> WriteOptions.UnknownFields.WARN;
            case "Strict" -> WriteOptions.UnknownFields.STRICT;
            case "Ignore" -> WriteOptions.UnknownFields.IGNORE;
            default ->
                throw ApiException.badRequest("fieldValidation: Unsupported value: \"" + validation
                        + "\": supported values: \"Ignore\", \"Strict\", \"Warn\"");
        };
        String name = manager == null || manager.isEmpty() ? userAgentName() : manager;
        return new WriteOptions(user, name, dryRun(), flag("force"), unknown, new ArrayList<>());
    }

    /** The manager of a client that names none: its user agent up to the slash. */
    private String userAgentName() {
        String agent = header("User-Agent").split("/", -1)[0];
        return agent.isEmpty() ? "unknown" : agent.substring(0, Math.min(128, agent.length()));
    }

    private static Map<String, List<String>> parseQuery(@Nullable String raw) {
        Map<String, List<String>> parsed = new LinkedHashMap<>();
        if (raw == null || raw.isEmpty()) {
            return parsed;
        }
        for (String pair : raw.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            parsed.computeIfAbsent(name, n -> new ArrayList<>())
                    .add(equals < 0 ? "" : decode(pair.substring(equals + 1)));
        }
        return parsed;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
