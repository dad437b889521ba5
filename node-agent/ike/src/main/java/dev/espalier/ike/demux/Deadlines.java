package dev.espalier.ike.demux;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/** The next deadline of each of many, so that the earliest is found without asking all. Identity of {@code K} is by its equals. */
public final class Deadlines<K> {
    private record Item<K>(long nanos, long order, K key) implements Comparable<Item<K>> {
        @Override
        public int compareTo(Item<K> other) {
            int byTime = Long.compare(nanos, other.nanos);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private final Map<K, Item<K>> current = new HashMap<>();
    private final PriorityQueue<Item<K>> queue = new PriorityQueue<>();
    private long order;

    /** @param nanos {@link Long#MAX_VALUE} for never */
    public void set(K key, long nanos) {
        Item<K> before = current.get(key);
        if (before != null && before.nanos == nanos) {
            return;
        }
        if (nanos == Long.MAX_VALUE) {
            current.remove(key);
            return;
        }
        Item<K> item = new Item<>(nanos, order++, key);
        current.put(key, item);
        queue.add(item);
    }

    public void remove(K key) {
        current.remove(key);
    }

    /** {@link Long#MAX_VALUE} for never. */
    public long nextNanos() {
        dropStale();
        Item<K> first = queue.peek();
        return first == null ? Long.MAX_VALUE : first.nanos;
    }

    /** Takes out all that are due, earliest first. */
    public List<K> takeDue(long nowNanos) {
        List<K> due = new ArrayList<>();
        while (nextNanos() <= nowNanos && !queue.isEmpty()) {
            Item<K> first = queue.remove();
            current.remove(first.key);
            due.add(first.key);
        }
        return due;
    }

    // By identity: an item is stale when another one took its place, be it for the same time.
    @SuppressWarnings("ReferenceEquality")
    private void dropStale() {
        for (Item<K> first = queue.peek(); first != null && current.get(first.key) != first; first = queue.peek()) {
            queue.remove();
        }
    }
}
