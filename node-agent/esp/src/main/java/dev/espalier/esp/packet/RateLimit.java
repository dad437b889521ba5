package dev.espalier.esp.packet;

/** A token bucket on a clock that is handed in. Not thread-safe. */
final class RateLimit {
    private final long nanosPerToken;
    private final long capacityNanos;
    private long creditNanos;
    private long lastNanos;
    private boolean started;

    RateLimit(int perSecond, int burst) {
        nanosPerToken = 1_000_000_000L / perSecond;
        capacityNanos = nanosPerToken * burst;
        creditNanos = capacityNanos;
    }

    boolean tryTake(long nowNanos) {
        if (started) {
            creditNanos = Math.min(capacityNanos, creditNanos + Math.max(0, nowNanos - lastNanos));
        }
        started = true;
        lastNanos = nowNanos;
        if (creditNanos < nanosPerToken) {
            return false;
        }
        creditNanos -= nanosPerToken;
        return true;
    }
}
