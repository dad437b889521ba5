package dev.espalier.agent.observe;

import java.util.concurrent.atomic.LongAdder;

/** Rekeys since the agent started. Thread-safe. */
public final class RekeyCounts {
    private final LongAdder ike = new LongAdder();
    private final LongAdder child = new LongAdder();

    public void ikeRekeyed() {
        ike.increment();
    }

    public void childRekeyed() {
        child.increment();
    }

    public long ike() {
        return ike.sum();
    }

    public long child() {
        return child.sum();
    }
}
