package dev.espalier.operator.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.jboss.logging.Logger;

/** Answers {@code AdmissionReview} requests (admission.k8s.io/v1) by {@link OwnStatusRule}, over TLS. */
final class AdmissionServer implements AutoCloseable {
    static final String PATH = "/own-status";

    private static final Logger LOG = Logger.getLogger(AdmissionServer.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    /** A status is far below this; the whole review has it twice. */
    private static final int MAX_BODY = 4 * 1024 * 1024;

    private final OwnStatusRule rule;
    private final HttpsServer http;
    private final ExecutorService threads;

    private AdmissionServer(OwnStatusRule rule, HttpsServer http) {
        this.rule = rule;
        this.http = http;
        this.threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("admission-", 0).factory());
    }

    /** @throws IOException when the port cannot be had */
    static AdmissionServer start(InetSocketAddress listen, SSLContext identity, OwnStatusRule rule) throws IOException {
        HttpsServer http = HttpsServer.create(listen, 0);
        http.setHttpsConfigurator(new HttpsConfigurator(identity));
        AdmissionServer server = new AdmissionServer(rule, http);
        http.setExecutor(server.threads);
        http.createContext(PATH, server::handle);
        http.start();
        return server;
    }

    int port() {
        return http.getAddress().getPort();
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body;
            try (InputStream in = exchange.getRequestBody()) {
                body = in.readNBytes(MAX_BODY + 1);
            }
            if (body.length > MAX_BODY) {
                exchange.sendResponseHeaders(HttpURLConnection.HTTP_ENTITY_TOO_LARGE, -1);
                return;
            }
            JsonNode review;
            try {
                review = JSON.readTree(body);
            } catch (IOException e) {
                exchange.sendResponseHeaders(HttpURLConnection.HTTP_BAD_REQUEST, -1);
                return;
            }
            byte[] answer = JSON.writeValueAsBytes(answer(review));
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(HttpURLConnection.HTTP_OK, answer.length);
            exchange.getResponseBody().write(answer);
        } catch (RuntimeException e) {
            // Without an answer the API server refuses the write (failurePolicy Fail); the agent tries again.
            LOG.errorf(e, "an admission review could not be answered");
        }
    }

    /** The review to answer with. */
    ObjectNode answer(JsonNode review) {
        JsonNode request = review.path("request");
        Optional<String> refusal = rule.refusal(
                request.path("userInfo").path("username").asText(),
                extra(request.path("userInfo").path("extra")),
                request.path("name").asText());
        ObjectNode answer =
                JSON.createObjectNode().put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
        ObjectNode response = answer.putObject("response")
                .put("uid", request.path("uid").asText())
                .put("allowed", refusal.isEmpty());
        refusal.ifPresent(why -> {
            LOG.warnf("refused: %s", why);
            response.putObject("status")
                    .put("code", HttpURLConnection.HTTP_FORBIDDEN)
                    .put("reason", "Forbidden")
                    .put("message", why);
        });
        return answer;
    }

    private static Map<String, List<String>> extra(JsonNode extra) {
        Map<String, List<String>> result = new HashMap<>();
        extra.properties().forEach(entry -> {
            List<String> values = new ArrayList<>();
            entry.getValue().forEach(value -> values.add(value.asText()));
            result.put(entry.getKey(), values);
        });
        return result;
    }
}
