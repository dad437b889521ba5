package dev.espalier.lab.api.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.Meta;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The part of a controller manager that clients notice: contents and end of namespaces, their default service account, instances of a
 * deleted definition, and, through {@link GarbageCollector} and {@link Expiry}, objects that nobody needs any more. Runs on a thread of
 * its own, after each commit, so clients see it happen a moment later, as on a real cluster.
 */
public final class ControllerLoop implements AutoCloseable {
    public static final String DEFINITION_FINALIZER = "customresourcecleanup.apiextensions.k8s.io";
    private static final Duration SWEEP = Duration.ofSeconds(1);
    private static final String NAMESPACES = "/namespaces";

    private final Store store;
    private final Lifecycle lifecycle;
    private final GarbageCollector garbage;
    private final Expiry expiry;
    private final String authorityPem;
    private final BlockingQueue<StoreEvent> events = new LinkedBlockingQueue<>();
    private @Nullable Thread thread;

    /** @param authorityPem the server's CA, published as {@code kube-root-ca.crt} in each namespace */
    public ControllerLoop(Store store, TypeRegistry types, Lifecycle lifecycle, String authorityPem) {
        this.store = store;
        this.lifecycle = lifecycle;
        this.garbage = new GarbageCollector(store, types, lifecycle);
        this.expiry = new Expiry(store, lifecycle);
        this.authorityPem = authorityPem;
        store.onCommit(events::add);
    }

    public void start() {
        thread = Thread.ofVirtual().name("controllers").start(this::run);
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.interrupt();
        }
    }

    private void run() {
        long nextSweep = System.nanoTime();
        try {
            while (true) {
                StoreEvent event = events.poll(SWEEP.toMillis(), TimeUnit.MILLISECONDS);
                if (event != null) {
                    handle(event);
                }
                if (System.nanoTime() - nextSweep >= 0) {
                    expiry.sweep();
                    nextSweep = System.nanoTime() + SWEEP.toNanos();
                }
            }
        } catch (InterruptedException e) {
            // The server is closing.
            Thread.currentThread().interrupt();
        }
    }

    private void handle(StoreEvent event) {
        String resource = event.key().resource();
        boolean deleted = event.change() == StoreEvent.Change.DELETED;
        garbage.handle(event);
        if (resource.equals(NAMESPACES) && !deleted) {
            tendNamespace(event);
        } else if (resource.equals(TypeRegistry.DEFINITIONS) && Meta.isDeleting(event.object()) && !deleted) {
            emptyDefinition(event.key());
        }
        if (deleted) {
            recheckNamespace(event.key().namespace());
            recheckDefinition(resource);
        }
    }

    private void tendNamespace(StoreEvent event) {
        if (event.change() == StoreEvent.Change.ADDED) {
            seed(event.key().name());
        }
        if (Meta.isDeleting(event.object())) {
            recheckNamespace(event.key().name());
        }
    }

    private void seed(String namespace) {
        ObjectNode account = Json.object().put("apiVersion", "v1").put("kind", "ServiceAccount");
        create("/serviceaccounts", namespace, "default", account);
        ObjectNode authority = Json.object().put("apiVersion", "v1").put("kind", "ConfigMap");
        authority.putObject("data").put("ca.crt", authorityPem);
        create("/configmaps", namespace, "kube-root-ca.crt", authority);
    }

    private void create(String resource, String namespace, String name, ObjectNode object) {
        Store.Key key = new Store.Key(resource, namespace, name);
        store.alone(() -> {
            ObjectNode parent = store.get(new Store.Key(NAMESPACES, "", namespace));
            if (store.get(key) == null && parent != null && !Meta.isDeleting(parent)) {
                Meta.of(object)
                        .put("name", name)
                        .put("namespace", namespace)
                        .put("uid", java.util.UUID.randomUUID().toString())
                        .put("creationTimestamp", Meta.timestamp());
                store.put(key, object);
            }
            return true;
        });
    }

    /** Deletes what is in a namespace that is ending; the namespace itself goes when nothing is left. */
    private void recheckNamespace(String name) {
        Store.Key key = new Store.Key(NAMESPACES, "", name);
        ObjectNode namespace = store.get(key);
        if (name.isEmpty() || namespace == null || !Meta.isDeleting(namespace)) {
            return;
        }
        boolean empty = true;
        for (String resource : store.resources()) {
            for (ObjectNode object : store.list(resource, name).items()) {
                empty &= deleteIfNotDeleting(new Store.Key(resource, name, Meta.name(object)), object);
            }
        }
        if (empty) {
            store.alone(() -> {
                ObjectNode current = store.get(key);
                if (current != null) {
                    ObjectNode changed = current.deepCopy();
                    Json.childObject(changed, "spec").putArray("finalizers");
                    lifecycle.settle(key, changed);
                }
                return true;
            });
        }
    }

    /** Returns whether the object is gone. */
    private boolean deleteIfNotDeleting(Store.Key key, JsonNode seen) {
        return store.alone(() -> {
            ObjectNode current = store.get(key);
            if (current == null) {
                return true;
            }
            return !Meta.isDeleting(seen)
                    && lifecycle.delete(key, current, 0, "Background", false).removed();
        });
    }

    private void emptyDefinition(Store.Key definition) {
        ObjectNode object = store.get(definition);
        if (object == null) {
            return;
        }
        String resource = CustomTypes.storageKey(object);
        boolean empty = true;
        for (ObjectNode instance : store.list(resource, "").items()) {
            empty &= deleteIfNotDeleting(
                    new Store.Key(resource, Meta.namespace(instance), Meta.name(instance)), instance);
        }
        if (empty) {
            lifecycle.dropFinalizer(definition, DEFINITION_FINALIZER);
        }
    }

    private void recheckDefinition(String resource) {
        List<ObjectNode> definitions = store.list(TypeRegistry.DEFINITIONS, "").items();
        definitions.stream()
                .filter(d -> Meta.isDeleting(d) && CustomTypes.storageKey(d).equals(resource))
                .forEach(d -> emptyDefinition(new Store.Key(TypeRegistry.DEFINITIONS, "", Meta.name(d))));
    }
}
