package dev.espalier.lab.api.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsExchange;
import dev.espalier.lab.api.Faults;
import dev.espalier.lab.api.access.Attributes;
import dev.espalier.lab.api.access.Authenticator;
import dev.espalier.lab.api.access.Rbac;
import dev.espalier.lab.api.access.TokenRequests;
import dev.espalier.lab.api.access.User;
import dev.espalier.lab.api.model.ApiException;
import dev.espalier.lab.api.model.ResourceType;
import dev.espalier.lab.api.rest.Deletions;
import dev.espalier.lab.api.rest.ResourceWriter;
import dev.espalier.lab.api.store.Store;
import dev.espalier.lab.api.store.TypeRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** Takes each request through faults, authentication, authorization and to what answers it; turns what goes wrong into a status. */
public final class Router implements HttpHandler {
    private static final Set<String> HEALTH = Set.of("healthz", "livez", "readyz");

    private final Faults faults;
    private final Authenticator authenticator;
    private final Rbac rbac;
    private final TypeRegistry types;
    private final Discovery discovery;
    private final OpenApi openApi;
    private final ResourceEndpoints resources;
    private final FaultEndpoint faultEndpoint;
    private final ObjectNode version;
    private final Consumer<String> log;

    /**
     * What a router needs.
     *
     * @param version the document at {@code /version}
     * @param log gets one line for each request that failed by our own fault
     */
    public record Parts(
            Store store,
            TypeRegistry types,
            ResourceWriter writer,
            Deletions deletions,
            Authenticator authenticator,
            Rbac rbac,
            TokenRequests tokens,
            Faults faults,
            ObjectNode version,
            Duration bookmarkInterval,
            Consumer<String> log) {}

    public Router(Parts parts) {
        this.faults = parts.faults();
        this.authenticator = parts.authenticator();
        this.rbac = parts.rbac();
        this.types = parts.types();
        this.discovery = new Discovery(types);
        this.openApi = new OpenApi(types);
        this.resources = new ResourceEndpoints(
                parts.store(),
                rbac,
                parts.writer(),
                parts.deletions(),
                new Watches(parts.store(), parts.bookmarkInterval()),
                new Reviews(authenticator, rbac),
                parts.tokens(),
                faults);
        this.faultEndpoint = new FaultEndpoint(faults);
        this.version = parts.version();
        this.log = parts.log();
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            route(exchange);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void route(HttpExchange exchange) throws IOException {
        try {
            List<String> segments = Request.segments(exchange.getRequestURI().getPath());
            if (!segments.equals(FaultEndpoint.PATH)) {
                fail(faults.refuses());
            }
            serve(new Request(exchange, user(exchange)), segments);
        } catch (ApiException e) {
            drain(exchange);
            Responses.failure(exchange, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            if (e instanceof UncheckedIOException) {
                throw e;
            }
            log.accept(exchange.getRequestMethod() + " " + exchange.getRequestURI() + ": " + trace(e));
            Responses.failure(exchange, ApiException.of(500, "InternalError", "Internal error occurred: " + e));
        }
    }

    private static void fail(Faults.Refusal refusal) {
        switch (refusal) {
            case NONE -> {}
            case UNAVAILABLE ->
                throw ApiException.of(503, "ServiceUnavailable", "the lab's API server is asked to be unavailable");
            case TOO_MANY_REQUESTS ->
                throw ApiException.of(429, "TooManyRequests", "the lab's API server is asked to have too much to do");
        }
    }

    private void serve(Request request, List<String> segments) throws IOException, InterruptedException {
        Optional<Target> target = Target.parse(segments).filter(t -> !t.plural().isEmpty());
        if (target.isPresent()) {
            serveResource(request, target.get());
            return;
        }
        Attributes attributes = Attributes.ofPath(request.method().equals("POST") ? "post" : "get", request.path());
        if (!rbac.allows(request.user(), attributes)) {
            throw ApiException.of(403, "Forbidden", "forbidden: " + attributes.refusal(request.user()));
        }
        if (segments.equals(FaultEndpoint.PATH)) {
            faultEndpoint.serve(request);
        } else if (segments.size() >= 1 && HEALTH.contains(segments.getFirst())) {
            Responses.text(request.exchange(), 200, "ok");
        } else if (segments.equals(List.of("version"))) {
            Responses.json(request.exchange(), 200, version);
        } else if (segments.size() >= 2 && segments.subList(0, 2).equals(List.of("openapi", "v3"))) {
            String path = String.join("/", segments.subList(2, segments.size()));
            Responses.json(request.exchange(), 200, path.isEmpty() ? openApi.index() : openApi.document(path));
        } else {
            Responses.json(request.exchange(), 200, discovery.document(segments).orElseThrow(ApiException::noSuchPath));
        }
    }

    private void serveResource(Request request, Target target) throws IOException, InterruptedException {
        String verb = ResourceEndpoints.verb(request, target);
        Optional<ResourceType> type = types.find(target.group(), target.version(), target.plural());
        Attributes attributes = target.attributes(verb, request.parameter("fieldSelector"));
        if (!rbac.allows(request.user(), attributes)) {
            String subject = target.group().isEmpty() ? target.plural() : target.plural() + "." + target.group();
            String name = target.name().isEmpty() ? "" : " \"" + target.name() + "\"";
            throw ApiException.of(
                    403, "Forbidden", subject + name + " is forbidden: " + attributes.refusal(request.user()));
        }
        resources.serve(request, target, type.orElseThrow(ApiException::noSuchPath), verb);
    }

    private User user(HttpExchange exchange) {
        User user = authenticator.authenticate(
                exchange.getRequestHeaders().getFirst("Authorization"), certificate(exchange));
        String wanted = exchange.getRequestHeaders().getFirst("Impersonate-User");
        if (wanted == null || wanted.isEmpty()) {
            return user;
        }
        List<String> groups = exchange.getRequestHeaders().getOrDefault("Impersonate-Group", List.of());
        Attributes attributes = new Attributes("impersonate", "", "users", "", "", wanted, "");
        if (!rbac.allows(user, attributes)) {
            throw ApiException.of(
                    403, "Forbidden", "users \"" + wanted + "\" is forbidden: " + attributes.refusal(user));
        }
        return Authenticator.impersonated(wanted, groups);
    }

    private static @Nullable X509Certificate certificate(HttpExchange exchange) {
        try {
            return exchange instanceof HttpsExchange https
                            && https.getSSLSession().getPeerCertificates()[0] instanceof X509Certificate first
                    ? first
                    : null;
        } catch (SSLPeerUnverifiedException e) {
            // The client has shown none.
            return null;
        }
    }

    /** An unread body would be taken for the next request on the connection. */
    private static void drain(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().skip(Long.MAX_VALUE);
    }

    private static String trace(RuntimeException e) {
        java.io.StringWriter text = new java.io.StringWriter();
        e.printStackTrace(new java.io.PrintWriter(text));
        return text.toString();
    }
}
