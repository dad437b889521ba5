package dev.espalier.esp.packet;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** One counter for each {@link Drop}, since start. Thread-safe; only discarded packets pay for it. */
public final class DropCounters {
    private final EnumMap<Drop, LongAdder> counters = new EnumMap<>(Drop.class);

    public DropCounters() {
        for (Drop drop : Drop.values()) {
            counters.put(drop, new LongAdder());
        }
    }

    public void count(Drop drop) {
        count(drop, 1);
    }

    public void count(Drop drop, long packets) {
        counter(drop).add(packets);
    }

    public long get(Drop drop) {
        return counter(drop).sum();
    }

    /** All counters, in the order of {@link Drop}. */
    public Map<Drop, Long> snapshot() {
        Map<Drop, Long> snapshot = new EnumMap<>(Drop.class);
        counters.forEach((drop, counter) -> snapshot.put(drop, counter.sum()));
        return snapshot;
    }

    public long total() {
        long total = 0;
        for (LongAdder counter : counters.values()) {
            total += counter.sum();
        }
        return total;
    }

    private LongAdder counter(Drop drop) {
        return Objects.requireNonNull(counters.get(drop));
    }
}
