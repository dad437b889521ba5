package dev.espalier.lab.api;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Misbehaviour on request, to see how clients take it. Applies to every request but those to {@code /lab/faults} itself. Thread-safe.
 */
public final class Faults {
    private final Runnable dropWatches;
    private final Runnable forgetHistory;
    private final AtomicInteger failing = new AtomicInteger();
    private volatile Duration latency = Duration.ZERO;
    private volatile boolean unavailable;

    Faults(Runnable dropWatches, Runnable forgetHistory) {
        this.dropWatches = dropWatches;
        this.forgetHistory = forgetHistory;
    }

    /** Each request waits this long before it is looked at. */
    public void latency(Duration each) {
        latency = each;
    }

    /** The next {@code requests} requests are answered with 503. */
    public void failNext(int requests) {
        failing.set(requests);
    }

    /** While true, every request is answered with 503. */
    public void unavailable(boolean now) {
        unavailable = now;
    }

    /** Ends all watches, as a restart of the server does. */
    public void dropWatches() {
        dropWatches.run();
    }

    /** Forgets all history: whoever resumes a watch gets 410 and must list again. */
    public void forgetHistory() {
        forgetHistory.run();
    }

    /** Called at the start of a request; waits as asked and says whether to refuse it. */
    public boolean refuses() throws InterruptedException {
        Duration wait = latency;
        if (!wait.isZero()) {
            Thread.sleep(wait);
        }
        return unavailable || failing.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    }
}
