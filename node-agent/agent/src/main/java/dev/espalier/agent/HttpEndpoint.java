package dev.espalier.agent;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Health and metrics over HTTP. Not Quarkus's own listener, which is there from the first instant to the last: the port belongs to the agent that is in charge of
 * the node, and a process that stands by has to leave it alone (both are in the host's network namespace).
 */
@ApplicationScoped
class HttpEndpoint {
    private static final Logger LOG = Logger.getLogger(HttpEndpoint.class);
    private static final long RETRY_MILLIS = 100;
    private static final long CLOSE_SECONDS = 2;

    private final Vertx vertx;
    private final String host;
    private @Nullable Router router;
    private @Nullable HttpServer server;
    private boolean wanted;

    @Inject
    HttpEndpoint(Vertx vertx, @ConfigProperty(name = "quarkus.http.host") String host) {
        this.vertx = vertx;
        this.host = host;
    }

    void routes(@Observes Router all) {
        router = all;
    }

    /** Listens, as soon as the port is free. */
    synchronized void open(int port) {
        wanted = true;
        listen(port, true);
    }

    private synchronized void listen(int port, boolean first) {
        Router routes = router;
        if (!wanted || routes == null) {
            return;
        }
        HttpServer made = vertx.createHttpServer().requestHandler(routes);
        var _ = made.listen(port, host).onComplete(bound -> {
            if (bound.succeeded()) {
                opened(made);
                LOG.infof("health and metrics on port %d", made.actualPort());
            } else {
                if (first) {
                    LOG.warnf(
                            "port %d for health and metrics: %s; trying again",
                            port, bound.cause().getMessage());
                }
                vertx.setTimer(RETRY_MILLIS, timer -> listen(port, false));
            }
        });
    }

    private synchronized void opened(HttpServer made) {
        if (wanted) {
            server = made;
        } else {
            var _ = made.close();
        }
    }

    /** Gives the port to whoever wants it next. */
    synchronized void close() {
        wanted = false;
        HttpServer open = server;
        server = null;
        if (open == null) {
            return;
        }
        try {
            open.close().toCompletionStage().toCompletableFuture().get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warnf("closing the port for health and metrics: %s", e.getMessage());
        }
    }
}
