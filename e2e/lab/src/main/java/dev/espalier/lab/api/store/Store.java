package dev.espalier.lab.api.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.Meta;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All objects, in memory, under one lock: a whole read-check-write runs {@link #alone}, so a lab's few writes a second need no retries.
 * Stored trees are never changed; a change is a new tree.
 *
 * <p>Resource versions start at the clock's microseconds, so that a restarted server never takes a client's old version for its own.
 */
public final class Store {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, TreeMap<String, ObjectNode>> objects = new HashMap<>();
    private final Map<String, EventLog> logs = new HashMap<>();
    private final Map<String, List<Subscription>> subscriptions = new HashMap<>();
    private final List<Consumer<StoreEvent>> listeners = new ArrayList<>();
    private final int historyPerResource;
    private final long firstRevision;
    private long revision;

    /** @param historyPerResource changes of one resource that watches can still resume from */
    public Store(int historyPerResource) {
        this.historyPerResource = historyPerResource;
        this.firstRevision = System.currentTimeMillis() * 1_000;
        this.revision = firstRevision;
    }

    /**
     * Where an object is.
     *
     * @param resource the storage key of its resource type
     * @param namespace empty for cluster-scoped objects
     */
    public record Key(String resource, String namespace, String name) {
        private String path() {
            return namespace + "/" + name;
        }
    }

    /** Objects and the resource version at which they were all like this. */
    public record Snapshot(List<ObjectNode> items, long revision) {}

    /** Runs {@code work} while nothing else reads or writes. Reentrant. */
    public <T> T alone(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    /** Called under the lock for every change; must be quick. Register before the server starts. */
    public void onCommit(Consumer<StoreEvent> listener) {
        listeners.add(listener);
    }

    public long revision() {
        return alone(() -> revision);
    }

    public @Nullable ObjectNode get(Key key) {
        lock.lock();
        try {
            return objects.getOrDefault(key.resource(), new TreeMap<>()).get(key.path());
        } finally {
            lock.unlock();
        }
    }

    /** @param namespace empty for all */
    public Snapshot list(String resource, String namespace) {
        return alone(() -> {
            TreeMap<String, ObjectNode> all = objects.getOrDefault(resource, new TreeMap<>());
            // '0' follows '/', so this is every path that starts with the namespace and a slash.
            Map<String, ObjectNode> wanted = namespace.isEmpty() ? all : all.subMap(namespace + "/", namespace + "0");
            return new Snapshot(List.copyOf(wanted.values()), revision);
        });
    }

    /** Every resource that has had an object. */
    public List<String> resources() {
        return alone(() -> List.copyOf(objects.keySet()));
    }

    /** Stores {@code object} under a new resource version, which is written into it. */
    public ObjectNode put(Key key, ObjectNode object) {
        return alone(() -> {
            revision++;
            Meta.of(object).put("resourceVersion", Long.toString(revision));
            ObjectNode before = objects.computeIfAbsent(key.resource(), r -> new TreeMap<>())
                    .put(key.path(), object);
            StoreEvent.Change change = before == null ? StoreEvent.Change.ADDED : StoreEvent.Change.MODIFIED;
            publish(new StoreEvent(revision, change, key, object, before));
            return object;
        });
    }

    /** Removes an object that exists; {@code last} is its last state and gets the resource version of the removal. */
    public ObjectNode remove(Key key, ObjectNode last) {
        return alone(() -> {
            revision++;
            ObjectNode before =
                    objects.getOrDefault(key.resource(), new TreeMap<>()).remove(key.path());
            ObjectNode state = last.deepCopy();
            Meta.of(state).put("resourceVersion", Long.toString(revision));
            publish(new StoreEvent(revision, StoreEvent.Change.DELETED, key, state, before));
            return state;
        });
    }

    /**
     * Events of a resource from after {@code sinceRevision}.
     *
     * @throws dev.espalier.lab.api.model.ApiException 410 when the history does not reach back that far
     */
    public Subscription subscribe(String resource, long sinceRevision) {
        return alone(() -> {
            Subscription subscription =
                    new Subscription(log(resource).since(sinceRevision), closed -> unsubscribe(resource, closed));
            subscriptions.computeIfAbsent(resource, r -> new ArrayList<>()).add(subscription);
            return subscription;
        });
    }

    /** Objects as they are, and every event after. */
    public record Following(Snapshot snapshot, Subscription subscription) {}

    public Following listAndSubscribe(String resource, String namespace) {
        return alone(() -> new Following(list(resource, namespace), subscribe(resource, revision)));
    }

    /** Ends every watch, as a restarting API server does. */
    public void endSubscriptions() {
        alone(() -> {
            subscriptions.values().forEach(list -> list.forEach(Subscription::end));
            subscriptions.clear();
            return true;
        });
    }

    /** Ends the watches of one resource. */
    public void endSubscriptions(String resource) {
        alone(() -> {
            subscriptions.getOrDefault(resource, List.of()).forEach(Subscription::end);
            subscriptions.remove(resource);
            return true;
        });
    }

    /** Forgets all history: a watch from any version before now gets 410. */
    public void compact() {
        alone(() -> {
            // A version of its own, so that even a watcher that is up to date cannot resume.
            revision++;
            objects.keySet().forEach(this::log);
            logs.values().forEach(log -> log.forgetAll(revision));
            return true;
        });
    }

    /** Watches that are open now. */
    public int openSubscriptions() {
        return alone(() -> subscriptions.values().stream().mapToInt(List::size).sum());
    }

    private void unsubscribe(String resource, Subscription subscription) {
        alone(() -> subscriptions.getOrDefault(resource, new ArrayList<>()).remove(subscription));
    }

    private void publish(StoreEvent event) {
        log(event.key().resource()).add(event);
        subscriptions
                .getOrDefault(event.key().resource(), List.of())
                .forEach(subscription -> subscription.offer(event));
        listeners.forEach(listener -> listener.accept(event));
    }

    private EventLog log(String resource) {
        return logs.computeIfAbsent(resource, r -> new EventLog(historyPerResource, firstRevision));
    }
}
