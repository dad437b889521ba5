package dev.espalier.lab.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import dev.espalier.lab.api.model.ApiException;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.Meta;
import dev.espalier.lab.api.store.Store;
import dev.espalier.lab.api.store.StoreEvent;
import dev.espalier.lab.api.store.Subscription;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Watches over HTTP: one JSON event a line, in chunks, until the client goes, the time is over, or the server ends them. The WebSocket
 * form is refused with a plain 200, on which Fabric8's client changes to this one at once; a 503 would make it wait and retry.
 */
final class Watches {
    private static final long DEFAULT_TIMEOUT_SECONDS = 1_800;

    private final Store store;
    private final Duration bookmarkInterval;

    Watches(Store store, Duration bookmarkInterval) {
        this.store = store;
        this.bookmarkInterval = bookmarkInterval;
    }

    void serve(Request request, Selection selection) throws IOException, InterruptedException {
        if (request.header("Upgrade").equalsIgnoreCase("websocket")) {
            Responses.text(request.exchange(), 200, "watches are served over plain HTTP only\n");
            return;
        }
        View view = View.of(request);
        String since = request.parameter("resourceVersion");
        boolean listFirst = since == null || since.isEmpty() || since.equals("0") || request.flag("sendInitialEvents");
        Store.Snapshot initial = new Store.Snapshot(List.of(), 0);
        Subscription subscription;
        try {
            if (listFirst) {
                Store.Following following =
                        store.listAndSubscribe(selection.type().storageKey(), selection.namespace());
                initial = following.snapshot();
                subscription = following.subscription();
            } else {
                subscription = store.subscribe(selection.type().storageKey(), request.number("resourceVersion", 0));
            }
        } catch (ApiException expired) {
            // The API server answers a version that is too old inside of the stream.
            try (OutputStream out = open(request.exchange())) {
                write(out, "ERROR", expired.toStatus());
            }
            return;
        }
        try (subscription;
                OutputStream out = open(request.exchange())) {
            Stream stream = new Stream(request, selection, view, out, subscription);
            stream.sendInitial(initial, request.flag("sendInitialEvents"));
            stream.follow(request.number("timeoutSeconds", DEFAULT_TIMEOUT_SECONDS));
        }
    }

    private static OutputStream open(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.getResponseHeaders().set("Cache-Control", "no-cache, private");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        out.flush();
        return out;
    }

    /** The newline ends an event; Fabric8 does not see an event without one, not even the last. */
    private static void write(OutputStream out, String type, JsonNode object) throws IOException {
        ObjectNode event = Json.object().put("type", type);
        event.set("object", object);
        out.write(Json.bytes(event));
        out.write('\n');
        out.flush();
    }

    private final class Stream {
        private final Request request;
        private final Selection selection;
        private final View view;
        private final OutputStream out;
        private final Subscription subscription;

        Stream(Request request, Selection selection, View view, OutputStream out, Subscription subscription) {
            this.request = request;
            this.selection = selection;
            this.view = view;
            this.out = out;
            this.subscription = subscription;
        }

        void sendInitial(Store.Snapshot initial, boolean announceEnd) throws IOException {
            for (ObjectNode object : initial.items()) {
                if (selection.includes(object)) {
                    write(out, "ADDED", view.one(selection.type(), object));
                }
            }
            if (announceEnd) {
                bookmark(initial.revision(), true);
            }
        }

        void follow(long timeoutSeconds) throws IOException, InterruptedException {
            long deadline =
                    System.nanoTime() + Duration.ofSeconds(timeoutSeconds).toNanos();
            while (!subscription.ended()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return;
                }
                StoreEvent event = subscription.poll(Duration.ofNanos(Math.min(left, bookmarkInterval.toNanos())));
                if (event != null) {
                    send(event);
                } else if (request.flag("allowWatchBookmarks") && !subscription.ended()) {
                    bookmarkIfUpToDate();
                }
            }
        }

        private void send(StoreEvent event) throws IOException {
            Optional<String> type = type(event, selection.includes(event.object()), event.before());
            if (type.isPresent()) {
                write(out, type.get(), view.one(selection.type(), event.object()));
            }
        }

        /** An object that comes to match a selector is new to this watcher, one that ceases to is gone. */
        private Optional<String> type(StoreEvent event, boolean matches, @Nullable ObjectNode before) {
            boolean matched = before != null && selection.includes(before);
            return switch (event.change()) {
                case ADDED -> matches ? Optional.of("ADDED") : Optional.empty();
                case DELETED -> matched ? Optional.of("DELETED") : Optional.empty();
                case MODIFIED -> {
                    if (matches) {
                        yield Optional.of(matched ? "MODIFIED" : "ADDED");
                    }
                    yield matched ? Optional.of("DELETED") : Optional.empty();
                }
            };
        }

        private void bookmarkIfUpToDate() throws IOException {
            // Only with nothing waiting is the store's revision one that this watcher has seen.
            long revision = store.alone(() -> subscription.isIdle() ? store.revision() : -1);
            if (revision >= 0) {
                bookmark(revision, false);
            }
        }

        private void bookmark(long revision, boolean initialEnd) throws IOException {
            ObjectNode object = Json.object()
                    .put("kind", selection.type().kind())
                    .put("apiVersion", selection.type().apiVersion());
            Meta.of(object).put("resourceVersion", Long.toString(revision));
            if (initialEnd) {
                Json.childObject(Meta.of(object), "annotations").put("k8s.io/initial-events-end", "true");
            }
            write(out, "BOOKMARK", object);
        }
    }
}
