package dev.espalier.operator.addresses;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Spaces writes of nodes' addresses, because each is sent to every agent: a node's own at most once in {@link #NODE_PAUSE}, all together
 * at most {@link #WRITES_PER_SECOND}. What is only taken away waits for {@link #REMOVAL_PAUSE}, so that a pod that is replaced costs one write,
 * unless another node has it now. One thread.
 */
public final class AddressBatches {
    static final Duration NODE_PAUSE = Duration.ofSeconds(2);
    static final Duration REMOVAL_PAUSE = Duration.ofSeconds(15);
    static final int WRITES_PER_SECOND = 20;

    private final Map<String, Instant> writtenAt = new HashMap<>();
    private final Map<String, Instant> removalSeenAt = new HashMap<>();
    private Instant windowBegin = Instant.EPOCH;
    private int windowWrites;

    /**
     * What to publish now.
     *
     * @param byNode as it is to be, for every node
     * @param postponed whether something else is due later
     */
    public record Batch(Map<String, List<String>> byNode, boolean postponed) {}

    /**
     * @param published what stands there
     * @param wanted what should
     */
    public Batch next(Map<String, List<String>> published, Map<String, List<String>> wanted, Instant now) {
        Map<String, List<String>> result = new HashMap<>(published);
        Set<String> nodes = new HashSet<>(published.keySet());
        nodes.addAll(wanted.keySet());
        Set<String> elsewhere = new HashSet<>();
        wanted.values().forEach(elsewhere::addAll);
        boolean postponed = false;
        for (String node : nodes) {
            List<String> old = published.getOrDefault(node, List.of());
            List<String> next = wanted.getOrDefault(node, List.of());
            if (old.equals(next)) {
                removalSeenAt.remove(node);
                continue;
            }
            if (isDue(node, old, next, elsewhere, now) && takeWrite(now)) {
                result.put(node, next);
                writtenAt.put(node, now);
                removalSeenAt.remove(node);
            } else {
                postponed = true;
            }
        }
        return new Batch(result, postponed);
    }

    private boolean isDue(String node, List<String> old, List<String> next, Set<String> elsewhere, Instant now) {
        Instant last = writtenAt.get(node);
        if (last != null && now.isBefore(last.plus(NODE_PAUSE))) {
            return false;
        }
        List<String> gone = new ArrayList<>(old);
        gone.removeAll(next);
        boolean onlyGone = old.containsAll(next);
        boolean taken = gone.stream().anyMatch(elsewhere::contains);
        if (!onlyGone || taken) {
            return true;
        }
        Instant seen = removalSeenAt.computeIfAbsent(node, name -> now);
        return !now.isBefore(seen.plus(REMOVAL_PAUSE));
    }

    private boolean takeWrite(Instant now) {
        if (!now.isBefore(windowBegin.plusSeconds(1))) {
            windowBegin = now;
            windowWrites = 0;
        }
        return windowWrites++ < WRITES_PER_SECOND;
    }
}
