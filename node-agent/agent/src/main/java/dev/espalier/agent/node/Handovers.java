package dev.espalier.agent.node;

import java.util.concurrent.atomic.AtomicLong;

/** How handovers between processes came out, as far as this one took part. Thread-safe. */
public final class Handovers {
    private final AtomicLong takenOver = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private volatile String last = "";

    /** @param gapNanos between the last packet there and the first here, at most */
    void takenOver(String version, long gapNanos) {
        takenOver.incrementAndGet();
        last = "taken over from version %s, packets waited %.0f ms".formatted(version, gapNanos / 1e6);
    }

    void failed(String why) {
        failed.incrementAndGet();
        last = why;
    }

    /** Tunnels that this process took over from another one: 0 or 1. */
    public long takenOver() {
        return takenOver.get();
    }

    /** Handovers that did not come about. */
    public long failed() {
        return failed.get();
    }

    /** What became of the last one, for people; empty when there was none. */
    public String last() {
        return last;
    }
}
