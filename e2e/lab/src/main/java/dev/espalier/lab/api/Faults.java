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
    private final AtomicInteger throttling = new AtomicInteger();
    private final AtomicInteger cutting = new AtomicInteger();
    private volatile boolean expireContinues;
    private volatile String hidden = "";
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

    /** The next {@code requests} requests are answered with 429 and {@code Retry-After: 1}. */
    public void throttleNext(int requests) {
        throttling.set(requests);
    }

    /** The next {@code lists} lists with something in them break off in the middle of the body. */
    public void cutLists(int lists) {
        cutting.set(lists);
    }

    /** While true, every request for the rest of a list gets 410, as after a compaction. */
    public void expireContinues(boolean now) {
        expireContinues = now;
    }

    /**
     * Lists leave out every object of this name, as those of a server whose cache is behind; a read by name has it. Empty for none.
     */
    public void hideFromLists(String name) {
        hidden = name;
    }

    /** What {@link #refuses} says of a request. */
    public enum Refusal {
        NONE,
        UNAVAILABLE,
        TOO_MANY_REQUESTS
    }

    /** Called at the start of a request; waits as asked and says whether to refuse it. */
    public Refusal refuses() throws InterruptedException {
        Duration wait = latency;
        if (!wait.isZero()) {
            Thread.sleep(wait);
        }
        if (takes(throttling)) {
            return Refusal.TOO_MANY_REQUESTS;
        }
        return unavailable || takes(failing) ? Refusal.UNAVAILABLE : Refusal.NONE;
    }

    /** Whether the list that is about to be answered is to break off. */
    public boolean cutsList() {
        return takes(cutting);
    }

    /** Whether a list cannot be continued. */
    public boolean continuesAreOver() {
        return expireContinues;
    }

    /** Whether lists leave out objects of this name. */
    public boolean hides(String name) {
        return !hidden.isEmpty() && hidden.equals(name);
    }

    private static boolean takes(AtomicInteger left) {
        return left.getAndUpdate(count -> Math.max(0, count - 1)) > 0;
    }
}
