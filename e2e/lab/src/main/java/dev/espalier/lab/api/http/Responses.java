package dev.espalier.lab.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import dev.espalier.lab.api.model.ApiException;
import dev.espalier.lab.api.model.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes answers. */
final class Responses {
    private Responses() {}

    static void json(HttpExchange exchange, int code, JsonNode body) throws IOException {
        json(exchange, code, body, List.of());
    }

    /** @param warnings become {@code Warning} headers, which clients show to people */
    static void json(HttpExchange exchange, int code, JsonNode body, List<String> warnings) throws IOException {
        warnings.stream()
                .distinct()
                .forEach(warning -> exchange.getResponseHeaders()
                        .add(
                                "Warning",
                                "299 - \"" + warning.replace("\\", "\\\\").replace("\"", "\\\"") + "\""));
        bytes(exchange, code, "application/json", Json.bytes(body));
    }

    /** Announces the whole and sends half of it. */
    static void brokenOff(HttpExchange exchange, JsonNode body) throws IOException {
        byte[] octets = Json.bytes(body);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, octets.length);
        exchange.getResponseBody().write(octets, 0, octets.length / 2);
        exchange.getResponseBody().flush();
        // The rest is owed, so the connection cannot be kept.
    }

    static void text(HttpExchange exchange, int code, String body) throws IOException {
        bytes(exchange, code, "text/plain; charset=utf-8", body.getBytes(StandardCharsets.UTF_8));
    }

    static void failure(HttpExchange exchange, ApiException failure) throws IOException {
        if (failure.code() == 503 || failure.code() == 429) {
            exchange.getResponseHeaders().set("Retry-After", "1");
        }
        json(exchange, failure.code(), failure.toStatus());
    }

    private static void bytes(HttpExchange exchange, int code, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders().set("Cache-Control", "no-cache, private");
        exchange.sendResponseHeaders(code, body.length == 0 ? -1 : body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }
}
