package dev.espalier.lab.probe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.espalier.lab.api.model.Json;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Raw requests to an API server as one user. */
public final class ProbeClient {
    public static final String JSON = "application/json";
    public static final String MERGE = "application/merge-patch+json";
    public static final String JSON_PATCH = "application/json-patch+json";
    public static final String STRATEGIC = "application/strategic-merge-patch+json";
    public static final String APPLY = "application/apply-patch+yaml";

    private final String server;
    private final @Nullable String token;
    private final HttpClient http;

    ProbeClient(String server, @Nullable String token, SSLContext tls) {
        this(
                server.endsWith("/") ? server.substring(0, server.length() - 1) : server,
                token,
                HttpClient.newBuilder()
                        .sslContext(tls)
                        .version(HttpClient.Version.HTTP_1_1)
                        .build());
    }

    private ProbeClient(String server, @Nullable String token, HttpClient http) {
        this.server = server;
        this.token = token;
        this.http = http;
    }

    public static ProbeClient of(Config config) {
        try {
            return new ProbeClient(config.getMasterUrl(), config.getAutoOAuthToken(), SSLUtils.sslContext(config));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("unusable kubeconfig", e);
        }
    }

    public ProbeClient withToken(@Nullable String other, Config config) {
        try {
            return new ProbeClient(server, other, SSLUtils.sslContext(config));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("unusable kubeconfig", e);
        }
    }

    /** Someone else, over the same connections; for a user without client certificate. */
    public ProbeClient as(String other) {
        return new ProbeClient(server, other, http);
    }

    public record Answer(int code, JsonNode body, HttpHeaders headers) {
        public String text(String... path) {
            return Json.at(body, path).asText();
        }

        public String reason() {
            return text("reason");
        }

        public String version() {
            return text("metadata", "resourceVersion");
        }

        public List<String> warnings() {
            return headers.allValues("warning");
        }
    }

    public Answer get(String path) {
        return call("GET", path, JSON, "", JSON);
    }

    public Answer get(String path, String accept) {
        return call("GET", path, JSON, "", accept);
    }

    public Answer post(String path, String body) {
        return call("POST", path, JSON, body, JSON);
    }

    public Answer put(String path, JsonNode body) {
        return call("PUT", path, JSON, body.toString(), JSON);
    }

    public Answer patch(String path, String mediaType, String body) {
        return call("PATCH", path, mediaType, body, JSON);
    }

    public Answer apply(String path, String manager, String body) {
        String separator = path.contains("?") ? "&" : "?";
        return patch(path + separator + "fieldManager=" + manager, APPLY, body);
    }

    public Answer delete(String path, String options) {
        return call("DELETE", path, JSON, options, JSON);
    }

    public Answer delete(String path) {
        return delete(path, "");
    }

    public Answer call(String method, String path, String mediaType, String body, String accept) {
        try {
            HttpResponse<byte[]> response = http.send(
                    request(method, path, mediaType, body, accept).build(), HttpResponse.BodyHandlers.ofByteArray());
            boolean json =
                    response.headers().firstValue("content-type").orElse("").startsWith(JSON);
            return new Answer(
                    response.statusCode(),
                    json ? Json.parse(response.body(), JSON) : MissingNode.getInstance(),
                    response.headers());
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** The body of a long answer as it comes. */
    public InputStream stream(String path) {
        try {
            return http.send(
                            HttpRequest.newBuilder(
                                            request("GET", path, JSON, "", JSON).build(), (name, value) -> true)
                                    .timeout(Duration.ofHours(1))
                                    .build(),
                            HttpResponse.BodyHandlers.ofInputStream())
                    .body();
        } catch (IOException e) {
            throw new UncheckedIOException(path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Opens a watch; {@code path} with its parameters. */
    Watching watch(String path) {
        try {
            String separator = path.contains("?") ? "&" : "?";
            var response = http.send(
                    request("GET", path + separator + "watch=true", JSON, "", JSON)
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            return new Watching(response.statusCode(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException("watch " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private HttpRequest.Builder request(String method, String path, String mediaType, String body, String accept) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(server + path))
                .timeout(Duration.ofSeconds(20))
                .header("Accept", accept)
                .header("User-Agent", "probe/1")
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            builder.header("Content-Type", mediaType);
        }
        if (token != null) {
            builder.header("Authorization", "Bearer " + token);
        }
        return builder;
    }
}
