package dev.espalier.operator.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.espalier.operator.admission.ServingIdentity;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * As much of an API server as the operator needs to do each of its tasks once: keeps what is written, lists it, lets nobody wait for events. Checks
 * nothing. For the build alone; over TLS, on the loopback address.
 */
final class TrainingApi implements AutoCloseable {
    /** From before tokens name nodes: the longer way, by the operator's own webhook. */
    private static final String VERSION = "{\"major\":\"1\",\"minor\":\"29\",\"gitVersion\":\"v1.29.0\"}";

    private static final ObjectMapper JSON = new ObjectMapper();
    /** Reads JSON, too. */
    private static final YAMLMapper YAML = new YAMLMapper();

    private final Map<String, ObjectNode> objects = new ConcurrentSkipListMap<>();
    private final AtomicLong version = new AtomicLong(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ServingIdentity identity;
    private final HttpsServer http;

    private TrainingApi(ServingIdentity identity, HttpsServer http) {
        this.identity = identity;
        this.http = http;
    }

    static TrainingApi start() throws IOException {
        InetAddress address = InetAddress.getLoopbackAddress();
        ServingIdentity identity = ServingIdentity.create(address, new SecureRandom(), Instant.now());
        HttpsServer http = HttpsServer.create(new InetSocketAddress(address, 0), 0);
        TrainingApi api = new TrainingApi(identity, http);
        http.setHttpsConfigurator(new HttpsConfigurator(identity.context()));
        http.setExecutor(api.threads);
        http.createContext("/", api::serve);
        http.start();
        return api;
    }

    String url() {
        return "https://" + http.getAddress().getAddress().getHostAddress() + ":"
                + http.getAddress().getPort();
    }

    ServingIdentity identity() {
        return identity;
    }

    /** @param path such as {@code /api/v1/nodes/a} */
    void put(String path, String json) throws IOException {
        store(path, (ObjectNode) JSON.readTree(json));
    }

    Optional<JsonNode> get(String path) {
        return Optional.ofNullable(objects.get(path));
    }

    @Override
    public void close() {
        closed.countDown();
        http.stop(0);
        threads.shutdownNow();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String query = String.valueOf(exchange.getRequestURI().getQuery());
            byte[] body = exchange.getRequestBody().readAllBytes();
            switch (exchange.getRequestMethod()) {
                case "GET" -> {
                    if (query.contains("watch=true")) {
                        exchange.sendResponseHeaders(HttpURLConnection.HTTP_OK, 0);
                        exchange.getResponseBody().flush();
                        closed.await();
                    } else {
                        read(exchange, path);
                    }
                }
                case "POST" -> {
                    ObjectNode object = (ObjectNode) YAML.readTree(body);
                    String name = object.at("/metadata/name").asText("event-" + version.get());
                    answer(exchange, HttpURLConnection.HTTP_CREATED, store(path + "/" + name, object));
                }
                default ->
                    answer(
                            exchange,
                            HttpURLConnection.HTTP_OK,
                            store(path.replaceFirst("/(status|approval)$", ""), (ObjectNode) YAML.readTree(body)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(HttpExchange exchange, String path) throws IOException {
        if (path.equals("/version")) {
            answer(exchange, HttpURLConnection.HTTP_OK, JSON.readTree(VERSION));
        } else if (isCollection(path)) {
            ObjectNode list = JSON.createObjectNode().put("kind", "List").put("apiVersion", "v1");
            list.putObject("metadata").put("resourceVersion", Long.toString(version.get()));
            var items = list.putArray("items");
            objects.forEach((key, object) -> {
                if (key.startsWith(path + "/") && key.indexOf('/', path.length() + 1) < 0) {
                    items.add(object);
                }
            });
            answer(exchange, HttpURLConnection.HTTP_OK, list);
        } else if (objects.containsKey(path)) {
            answer(exchange, HttpURLConnection.HTTP_OK, objects.get(path));
        } else {
            answer(
                    exchange,
                    HttpURLConnection.HTTP_NOT_FOUND,
                    JSON.readTree("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"code\":404}"));
        }
    }

    /** {@code /api/v1/PLURAL} or {@code /apis/GROUP/VERSION/PLURAL}, perhaps behind {@code namespaces/NAME}. */
    private static boolean isCollection(String path) {
        List<String> parts = new ArrayList<>(Arrays.asList(path.substring(1).split("/", -1)));
        parts = parts.subList(parts.getFirst().equals("api") ? 2 : 3, parts.size());
        return parts.size() == 1 || (parts.size() == 3 && parts.getFirst().equals("namespaces"));
    }

    private ObjectNode store(String path, ObjectNode object) {
        ObjectNode metadata = object.withObjectProperty("metadata");
        metadata.put("resourceVersion", Long.toString(version.incrementAndGet()));
        if (!metadata.has("uid")) {
            metadata.put("uid", "uid-" + version.get());
        }
        metadata.put("creationTimestamp", "2026-01-01T00:00:00Z");
        objects.put(path, object);
        return object;
    }

    private static void answer(HttpExchange exchange, int code, JsonNode body) throws IOException {
        byte[] octets = body.toString().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(code, octets.length);
        exchange.getResponseBody().write(octets);
    }
}
