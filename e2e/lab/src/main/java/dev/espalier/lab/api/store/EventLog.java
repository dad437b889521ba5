package dev.espalier.lab.api.store;

import dev.espalier.lab.api.model.ApiException;
import java.util.ArrayDeque;
import java.util.List;

/** The latest changes of one resource, for watches that resume. Bounded: what has fallen out is answered with 410. */
final class EventLog {
    private final int capacity;
    private final ArrayDeque<StoreEvent> events = new ArrayDeque<>();
    private long forgottenUpTo;

    EventLog(int capacity, long startRevision) {
        this.capacity = capacity;
        this.forgottenUpTo = startRevision;
    }

    void add(StoreEvent event) {
        events.add(event);
        if (events.size() > capacity) {
            forgottenUpTo = events.remove().revision();
        }
    }

    void forgetAll(long revision) {
        events.clear();
        forgottenUpTo = revision;
    }

    /** Everything after {@code revision}. */
    List<StoreEvent> since(long revision) {
        if (revision < forgottenUpTo) {
            throw ApiException.expired("too old resource version: " + revision + " (" + forgottenUpTo + ")");
        }
        return events.stream().filter(event -> event.revision() > revision).toList();
    }
}
