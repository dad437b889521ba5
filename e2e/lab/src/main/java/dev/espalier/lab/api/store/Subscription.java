package dev.espalier.lab.api.store;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The events of one resource on their way to one watcher. A watcher that falls too far behind is ended, as the API server does. */
public final class Subscription implements AutoCloseable {
    private static final int CAPACITY = 4_096;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final ArrayDeque<StoreEvent> waiting = new ArrayDeque<>();
    private final Consumer<Subscription> onClose;
    private boolean ended;

    Subscription(Collection<StoreEvent> backlog, Consumer<Subscription> onClose) {
        waiting.addAll(backlog);
        this.onClose = onClose;
    }

    /** The next event; null when {@code limit} passes without one or when the subscription has {@link #ended}. */
    public @Nullable StoreEvent poll(Duration limit) throws InterruptedException {
        lock.lock();
        try {
            long left = limit.toNanos();
            while (waiting.isEmpty() && !ended && left > 0) {
                left = arrived.awaitNanos(left);
            }
            return waiting.poll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing will come any more. */
    public boolean ended() {
        lock.lock();
        try {
            return ended && waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Whether no event waits. */
    public boolean isIdle() {
        lock.lock();
        try {
            return waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    void offer(StoreEvent event) {
        lock.lock();
        try {
            if (waiting.size() >= CAPACITY) {
                waiting.clear();
                ended = true;
            }
            if (!ended) {
                waiting.add(event);
            }
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends it at once; events that wait are dropped with it. */
    void end() {
        lock.lock();
        try {
            waiting.clear();
            ended = true;
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        onClose.accept(this);
    }
}
