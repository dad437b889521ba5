package dev.espalier.ike.sa;

import dev.espalier.ike.EndpointConfig;
import dev.espalier.ike.message.Message;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * One request that waits for its response: the same octets again and again, at growing intervals, a bounded number of times (IKE-01).
 * One that may be too big for the path is cut into smaller fragments once (FRG-06).
 */
final class Retransmission {
    enum Due {
        NOT_YET,
        SEND_AGAIN,
        GIVE_UP
    }

    /** Copies after which it is cut smaller (FRG-06). */
    private static final int SMALLER_AFTER = 3;

    private final UnaryOperator<List<Octets>> smaller;
    private List<Octets> datagrams;
    private final EndpointConfig.Retransmission timing;
    private long intervalNanos;
    private long deadlineNanos;
    private int copies;

    /** Of one message that is not cut into fragments. */
    Retransmission(Octets datagram, EndpointConfig.Retransmission timing, long nowNanos) {
        this(List.of(datagram), same -> same, timing, nowNanos);
    }

    /** Of a protected message. */
    Retransmission(
            SkChannel channel, Message request, UdpPath path, EndpointConfig.Retransmission timing, long nowNanos) {
        this(channel.seal(request, path), big -> channel.smaller(big, request, path), timing, nowNanos);
    }

    private Retransmission(
            List<Octets> datagrams,
            UnaryOperator<List<Octets>> smaller,
            EndpointConfig.Retransmission timing,
            long nowNanos) {
        this.smaller = smaller;
        this.datagrams = List.copyOf(datagrams);
        this.timing = timing;
        this.intervalNanos = timing.first().toNanos();
        this.deadlineNanos = nowNanos + intervalNanos;
    }

    void save(StateWriter out) {
        out.list(datagrams, out::octets).i64(intervalNanos).time(deadlineNanos).i32(copies);
    }

    /** One that a process before this one has begun: it stays in the pieces that it is in. */
    static Retransmission restore(StateReader in, EndpointConfig.Retransmission timing) {
        Retransmission restored =
                new Retransmission(in.list("request", each -> each.octets("datagram")), same -> same, timing, 0);
        restored.intervalNanos = in.i64("interval");
        restored.deadlineNanos = in.time("deadline");
        restored.copies = in.i32("copies");
        return restored;
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
        if (copies == SMALLER_AFTER) {
            datagrams = smaller.apply(datagrams);
        }
        intervalNanos = Math.min(
                (long) (intervalNanos * timing.factor()), timing.ceiling().toNanos());
        deadlineNanos = nowNanos + intervalNanos;
        return Due.SEND_AGAIN;
    }
}
