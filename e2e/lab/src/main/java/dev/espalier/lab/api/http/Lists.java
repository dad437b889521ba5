package dev.espalier.lab.api.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.Faults;
import dev.espalier.lab.api.model.ApiException;
import dev.espalier.lab.api.model.Json;
import dev.espalier.lab.api.model.Meta;
import dev.espalier.lab.api.store.Store;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Lists with {@code limit} and {@code continue}. A list read in chunks is one consistent state: the rest is kept, for a while. */
final class Lists {
    private static final int KEPT = 64;
    private static final Duration KEPT_FOR = Duration.ofMinutes(5);

    private final Store store;
    private final Faults faults;
    private final Map<String, Rest> rests = new LinkedHashMap<>();

    private record Rest(List<ObjectNode> items, long revision, long sinceNanos) {}

    Lists(Store store, Faults faults) {
        this.store = store;
        this.faults = faults;
    }

    /** @param remaining objects after this chunk; null when there is none or when the client selects */
    record Chunk(
            List<ObjectNode> items,
            long revision,
            String next,
            @Nullable Long remaining) {
        ObjectNode listMeta() {
            ObjectNode meta = Json.object().put("resourceVersion", Long.toString(revision));
            if (!next.isEmpty()) {
                meta.put("continue", next);
            }
            if (remaining != null) {
                meta.put("remainingItemCount", remaining);
            }
            return meta;
        }
    }

    Chunk read(Selection selection, Request request) {
        long limit = request.number("limit", 0);
        String token = request.parameter("continue");
        Rest rest = token == null || token.isEmpty() ? fresh(selection, request) : resume(token);
        if (limit <= 0 || rest.items().size() <= limit) {
            return new Chunk(rest.items(), rest.revision(), "", null);
        }
        List<ObjectNode> left = rest.items().subList((int) limit, rest.items().size());
        Long remaining = selection.selective() ? null : Long.valueOf(left.size());
        return new Chunk(rest.items().subList(0, (int) limit), rest.revision(), keep(left, rest.revision()), remaining);
    }

    private Rest fresh(Selection selection, Request request) {
        long wanted = request.number("resourceVersion", 0);
        Store.Snapshot snapshot = store.list(selection.type().storageKey(), selection.namespace());
        if (wanted > snapshot.revision()) {
            throw ApiException.of(
                    504, "Timeout", "Too large resource version: " + wanted + ", current: " + snapshot.revision());
        }
        if ("Exact".equals(request.parameter("resourceVersionMatch")) && wanted != snapshot.revision()) {
            throw ApiException.expired("The provided resource version is no longer available: " + wanted);
        }
        return new Rest(
                snapshot.items().stream()
                        .filter(selection::includes)
                        .filter(object -> !faults.hides(Meta.name(object)))
                        .toList(),
                snapshot.revision(),
                System.nanoTime());
    }

    private synchronized Rest resume(String token) {
        Rest rest = rests.get(token);
        if (rest == null || faults.continuesAreOver() || System.nanoTime() - rest.sinceNanos() > KEPT_FOR.toNanos()) {
            throw ApiException.expired(
                    "The provided continue parameter is too old to display a consistent list result. "
                            + "You must start a new list without the continue parameter.");
        }
        return rest;
    }

    private synchronized String keep(List<ObjectNode> items, long revision) {
        String token = UUID.randomUUID().toString();
        rests.put(token, new Rest(items, revision, System.nanoTime()));
        while (rests.size() > KEPT) {
            rests.remove(rests.keySet().iterator().next());
        }
        return token;
    }
}
