package dev.espalier.ike.sa;

import dev.espalier.ike.EndpointConfig;
import dev.espalier.wire.Octets;
import java.util.List;

/** One request that waits for its response: the same octets again and again, at growing intervals, a bounded number of times (IKE-01). */
final class Retransmission {
    enum Due {
        NOT_YET,
        SEND_AGAIN,
        GIVE_UP
    }

    private final List<Octets> datagrams;
    private final EndpointConfig.Retransmission timing;
    private long intervalNanos;
    private long deadlineNanos;
    private int copies;

    Retransmission(List<Octets> datagrams, EndpointConfig.Retransmission timing, long nowNanos) {
        this.datagrams = List.copyOf(datagrams);
        this.timing = timing;
        this.intervalNanos = timing.first().toNanos();
        this.deadlineNanos = nowNanos + intervalNanos;
    }

    List<Octets> datagrams() {
        return datagrams;
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    Due due(long nowNanos) {
        if (deadlineNanos - nowNanos > 0) {
            return Due.NOT_YET;
        }
        if (copies == timing.copies()) {
            return Due.GIVE_UP;
        }
        copies++;
        intervalNanos = Math.min(
                (long) (intervalNanos * timing.factor()), timing.ceiling().toNanos());
        deadlineNanos = nowNanos + intervalNanos;
        return Due.SEND_AGAIN;
    }
}
