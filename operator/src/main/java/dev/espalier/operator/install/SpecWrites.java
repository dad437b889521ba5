package dev.espalier.operator.install;

import dev.espalier.operator.install.MeshPlan.Application;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Writes IPSecNodes in rounds of a bounded size, some at a time, so that a round is short and the API server is never flooded, however many
 * nodes come at once (OPR-08). What was just written is not written again while the cache has yet to hear of it. One caller at a time.
 */
final class SpecWrites {
    static final int MOST_IN_A_ROUND = 16;
    static final int AT_A_TIME = 4;
    static final Duration CACHE_LAG = Duration.ofSeconds(5);

    private final Consumer<Application> write;
    private final Map<String, Written> written = new HashMap<>();
    private final ExecutorService writers = Executors.newFixedThreadPool(
            AT_A_TIME, Thread.ofVirtual().name("spec-writer-", 0).factory());

    /** @param write called on several threads */
    SpecWrites(Consumer<Application> write) {
        this.write = write;
    }

    private record Written(Application application, Instant at) {}

    /**
     * Writes the first of {@code wanted}.
     *
     * @return whether something is left for later
     * @throws RuntimeException of the first write that failed, after all others of the round have ended
     */
    boolean round(List<Application> wanted, Instant now) {
        written.values().removeIf(entry -> !now.isBefore(entry.at().plus(CACHE_LAG)));
        List<Application> due = wanted.stream()
                .filter(application -> {
                    Written last = written.get(application.name());
                    return last == null || !last.application().equals(application);
                })
                .toList();
        List<Application> round = due.subList(0, Math.min(MOST_IN_A_ROUND, due.size()));
        Map<Application, Future<?>> running = new LinkedHashMap<>();
        round.forEach(application -> running.put(application, writers.submit(() -> this.write.accept(application))));
        List<RuntimeException> failures = new ArrayList<>();
        for (Map.Entry<Application, Future<?>> each : running.entrySet()) {
            try {
                each.getValue().get();
                written.put(each.getKey().name(), new Written(each.getKey(), now));
            } catch (ExecutionException e) {
                failures.add(
                        e.getCause() instanceof RuntimeException cause
                                ? cause
                                : new IllegalStateException(e.getCause()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
        return round.size() < wanted.size();
    }
}
