package dev.espalier.lab.api.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.Meta;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;

/**
 * Objects that end by time: events after an hour (the API server's default), certificate requests an hour after their decision or a day
 * after they were made (the controller manager's), and pods whose grace period is over, as a kubelet would report.
 */
final class Expiry {
    private static final Duration EVENTS = Duration.ofHours(1);
    private static final Duration DECIDED_REQUESTS = Duration.ofHours(1);
    private static final Duration PENDING_REQUESTS = Duration.ofHours(24);

    private final Store store;
    private final Lifecycle lifecycle;

    Expiry(Store store, Lifecycle lifecycle) {
        this.store = store;
        this.lifecycle = lifecycle;
    }

    void sweep() {
        Instant now = Instant.now();
        deleteWhere("/events", event -> age(event, "creationTimestamp", now).compareTo(EVENTS) > 0);
        deleteWhere(
                "/pods",
                pod -> Meta.isDeleting(pod)
                        && !age(pod, "deletionTimestamp", now).isNegative());
        deleteWhere("certificates.k8s.io/certificatesigningrequests", request -> {
            boolean decided = !Json.at(request, "status", "conditions").isEmpty();
            return age(request, "creationTimestamp", now).compareTo(decided ? DECIDED_REQUESTS : PENDING_REQUESTS) > 0;
        });
    }

    private void deleteWhere(String resource, Predicate<JsonNode> over) {
        for (ObjectNode object : store.list(resource, "").items()) {
            if (over.test(object)) {
                Store.Key key = new Store.Key(resource, Meta.namespace(object), Meta.name(object));
                store.alone(() -> {
                    ObjectNode current = store.get(key);
                    return current != null
                            && over.test(current)
                            && lifecycle
                                    .delete(key, current, 0, "Background", false)
                                    .removed();
                });
            }
        }
    }

    private static Duration age(JsonNode object, String field, Instant now) {
        return Duration.between(Instant.parse(Json.textOrEmpty(object, "metadata", field)), now);
    }
}
