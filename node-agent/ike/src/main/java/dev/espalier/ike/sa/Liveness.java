package dev.espalier.ike.sa;

/** When to ask whether the peer is still there: when packets go out and nothing protected comes in (IKE-10). */
final class Liveness {
    private long lastInNanos;
    private boolean unanswered;
    private long unansweredSinceNanos;

    Liveness(long nowNanos) {
        lastInNanos = nowNanos;
    }

    void save(StateWriter out) {
        out.time(lastInNanos).bool(unanswered).time(unansweredSinceNanos);
    }

    static Liveness restore(StateReader in) {
        Liveness restored = new Liveness(in.time("last heard"));
        restored.unanswered = in.bool("unanswered");
        restored.unansweredSinceNanos = in.time("unanswered since");
        return restored;
    }

    /** Something came that only the peer can have made. */
    void heard(long nanos) {
        if (nanos - lastInNanos > 0) {
            lastInNanos = nanos;
        }
        if (nanos - unansweredSinceNanos >= 0) {
            unanswered = false;
        }
    }

    void sent(long nanos) {
        if (!unanswered && nanos - lastInNanos > 0) {
            unanswered = true;
            unansweredSinceNanos = nanos;
        }
    }

    /**
     * When to ask.
     *
     * @param intervalNanos how long traffic may go unanswered
     * @param idleFactor multiples of that without any traffic
     */
    long dueNanos(long intervalNanos, int idleFactor) {
        long idle = lastInNanos + idleFactor * intervalNanos;
        return unanswered ? Math.min(idle, unansweredSinceNanos + intervalNanos) : idle;
    }
}
