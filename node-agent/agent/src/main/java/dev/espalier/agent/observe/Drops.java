package dev.espalier.agent.observe;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Every reason for which something was dropped, with its count. Reasons of the control plane are counted here; those of the packet
 * loops and of the packet filter are read from where these keep them. The number of reasons is bounded: they are constants of ours, never text from a peer.
 */
public final class Drops {
    private final Map<String, LongAdder> counted = new ConcurrentHashMap<>();
    private final List<Supplier<Map<String, Long>>> elsewhere;

    /** @param elsewhere others' counters, by reason */
    public Drops(List<Supplier<Map<String, Long>>> elsewhere) {
        this.elsewhere = List.copyOf(elsewhere);
    }

    public void count(String reason) {
        counted.computeIfAbsent(reason, r -> new LongAdder()).increment();
    }

    /** By reason, in order; only reasons that have occurred. */
    public Map<String, Long> snapshot() {
        Map<String, Long> all = new TreeMap<>();
        counted.forEach((reason, count) -> all.merge(reason, count.sum(), Long::sum));
        for (Supplier<Map<String, Long>> source : elsewhere) {
            source.get().forEach((reason, count) -> {
                if (count != 0) {
                    all.merge(reason, count, Long::sum);
                }
            });
        }
        return all;
    }
}
