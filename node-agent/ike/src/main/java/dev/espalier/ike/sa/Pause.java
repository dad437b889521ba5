package dev.espalier.ike.sa;

import dev.espalier.ike.EndpointConfig;
import java.time.Duration;

/** Until when not to begin an IKE SA: longer after each failure, up to a bound, and never at the same instant as everyone else. */
final class Pause {
    private static final int MAX_DOUBLINGS = 16;

    private final Environment env;
    private int failures;
    private boolean set;
    private long untilNanos;

    Pause(Environment env) {
        this.env = env;
    }

    int failures() {
        return failures;
    }

    /** {@link Long#MIN_VALUE} for no pause. */
    long untilNanos() {
        return set ? untilNanos : Long.MIN_VALUE;
    }

    boolean over(long nowNanos) {
        return !set || untilNanos - nowNanos <= 0;
    }

    /** One more failure. */
    void longer(long nowNanos) {
        EndpointConfig.Attempt timing = env.config().attempt();
        long doubled = timing.firstPause().toNanos() << Math.min(failures, MAX_DOUBLINGS);
        failures++;
        long bounded = Math.min(doubled, timing.longestPause().toNanos());
        set = true;
        untilNanos = nowNanos + env.jitter(bounded, 0.75, 1.25);
    }

    void atLeast(Duration pause, long nowNanos) {
        long until = nowNanos + pause.toNanos();
        untilNanos = set ? Math.max(untilNanos, until) : until;
        set = true;
    }

    void none(long nowNanos) {
        set = true;
        untilNanos = nowNanos;
    }

    void reset() {
        failures = 0;
        set = false;
    }
}
