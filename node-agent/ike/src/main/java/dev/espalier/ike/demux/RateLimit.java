package dev.espalier.ike.demux;

/** A token bucket that holds one second's worth. */
public final class RateLimit {
    private static final double NANOS_PER_SECOND = 1e9;

    private final int perSecond;
    private double tokens;
    private long sinceNanos;

    public RateLimit(int perSecond, long nowNanos) {
        this.perSecond = perSecond;
        this.tokens = perSecond;
        this.sinceNanos = nowNanos;
    }

    /** Whether one more may pass now. */
    public boolean pass(long nowNanos) {
        tokens = Math.min(perSecond, tokens + (nowNanos - sinceNanos) / NANOS_PER_SECOND * perSecond);
        sinceNanos = nowNanos;
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }
}
