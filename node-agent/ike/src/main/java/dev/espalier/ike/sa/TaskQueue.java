package dev.espalier.ike.sa;

import dev.espalier.ike.EndpointConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Tasks of one IKE SA in order, each not before its time; refused ones come back after pauses that double (IKE-28). */
final class TaskQueue {
    private static final int LONGEST_PAUSE = 8;

    private static final class Entry {
        private final Task task;
        private OptionalInt method = OptionalInt.empty();
        private long notBeforeNanos;
        private long pauseNanos;
        private long refusedSinceNanos;

        Entry(Task task, long notBeforeNanos) {
            this.task = task;
            this.notBeforeNanos = notBeforeNanos;
        }
    }

    private final Environment env;
    private final EndpointConfig.Rekey timing;
    private final List<Entry> waiting = new ArrayList<>();
    private Optional<Entry> taken = Optional.empty();

    TaskQueue(Environment env) {
        this.env = env;
        this.timing = env.config().rekey();
    }

    /**
     * Adds a task unless it waits, or is under way, already.
     *
     * @return whether it was added
     */
    boolean add(Task task, long notBeforeNanos) {
        return !contains(task) && waiting.add(new Entry(task, notBeforeNanos));
    }

    /** Puts a task before all others. */
    void addFirst(Task task, long nowNanos) {
        waiting.removeIf(entry -> entry.task.equals(task));
        waiting.addFirst(new Entry(task, nowNanos));
    }

    boolean contains(Task task) {
        return waiting.stream().anyMatch(entry -> entry.task.equals(task))
                || taken.filter(entry -> entry.task.equals(task)).isPresent();
    }

    void remove(Task task) {
        waiting.removeIf(entry -> entry.task.equals(task));
    }

    void clear() {
        waiting.clear();
    }

    Optional<Task.Order> take(long nowNanos) {
        taken = waiting.stream()
                .filter(entry -> entry.notBeforeNanos - nowNanos <= 0)
                .findFirst();
        taken.ifPresent(waiting::remove);
        return taken.map(entry -> new Task.Order(entry.task, entry.method));
    }

    /** The task taken last is over, for good or for bad. */
    void done() {
        taken = Optional.empty();
    }

    /** The task taken last is to be tried with another key exchange at once. */
    void again(int method, long nowNanos) {
        taken.ifPresent(entry -> {
            entry.method = OptionalInt.of(method);
            entry.notBeforeNanos = nowNanos;
            waiting.addFirst(entry);
        });
        taken = Optional.empty();
    }

    /**
     * The task taken last was refused and comes back after a pause.
     *
     * @return whether it has been refused for too long now
     */
    boolean refused(long nowNanos) {
        Optional<Entry> refused = taken;
        taken = Optional.empty();
        refused.ifPresent(entry -> {
            if (entry.pauseNanos == 0) {
                entry.refusedSinceNanos = nowNanos;
            }
            long first = timing.retryPause().toNanos();
            entry.pauseNanos = entry.pauseNanos == 0 ? first : Math.min(2 * entry.pauseNanos, LONGEST_PAUSE * first);
            // Two ends that refused each other must not come back at the same time.
            entry.notBeforeNanos = nowNanos + env.jitter(entry.pauseNanos, 0.5, 1.5);
            waiting.add(entry);
        });
        return refused.filter(entry ->
                        nowNanos - entry.refusedSinceNanos >= timing.giveUp().toNanos())
                .isPresent();
    }

    /** Hands what concerns children to the IKE SA that replaces this one. */
    void moveTo(TaskQueue other) {
        waiting.stream().filter(entry -> entry.task.movesOn()).forEach(entry -> {
            if (!other.contains(entry.task)) {
                other.waiting.add(entry);
            }
        });
        waiting.removeIf(entry -> entry.task.movesOn());
    }

    void save(StateWriter out) {
        out.list(waiting, entry -> {
            entry.task.save(out);
            out.bool(entry.method.isPresent()).i32(entry.method.orElse(0)).time(entry.notBeforeNanos);
            out.i64(entry.pauseNanos).time(entry.refusedSinceNanos);
        });
    }

    void restore(StateReader in) {
        waiting.addAll(in.list("tasks", each -> {
            Task task = Task.restore(each);
            boolean hasMethod = each.bool("method");
            int method = each.i32("method");
            Entry entry = new Entry(task, each.time("time of a task"));
            entry.method = hasMethod ? OptionalInt.of(method) : OptionalInt.empty();
            entry.pauseNanos = each.i64("pause");
            entry.refusedSinceNanos = each.time("refusal");
            return entry;
        }));
    }

    /** {@link Long#MAX_VALUE} when nothing waits. */
    long nextDeadlineNanos() {
        return waiting.stream().mapToLong(entry -> entry.notBeforeNanos).min().orElse(Long.MAX_VALUE);
    }
}
