package dev.espalier.ike.sa;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Two SAs with one peer where one would do, IKE or child, that neither end has taken for a replacement because each saw them come in
 * another order. After a while the end with the smaller name gives up all but the newest; the other end does so only much later.
 */
final class Duplicates {
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final Duration LONG_GRACE = Duration.ofSeconds(40);

    private final Peer peer;

    Duplicates(Peer peer) {
        this.peer = peer;
    }

    /** @param best the newest of {@code live} that nothing replaces */
    void resolve(List<IkeSa> live, Optional<IkeSa> best, long nowNanos) {
        if (best.isEmpty()) {
            return;
        }
        if (sasNanos(live, best.get()) - nowNanos <= 0) {
            live.forEach(sa -> giveUp(sa, best.get(), nowNanos));
        }
        if (childrenNanos(best.get()) - nowNanos <= 0) {
            List<ChildPair> pairs = peer.children().idle(best.get());
            pairs.subList(0, pairs.size() - 1).forEach(pair -> {
                pair.state(ChildPair.State.DELETING);
                best.get().want(new Task.DeleteChild(pair.spiIn()), nowNanos);
            });
        }
    }

    /** {@link Long#MAX_VALUE} when there are none. */
    long nextDeadlineNanos(List<IkeSa> live, Optional<IkeSa> best) {
        return best.map(sa -> Math.min(sasNanos(live, sa), childrenNanos(sa))).orElse(Long.MAX_VALUE);
    }

    private static void giveUp(IkeSa sa, IkeSa best, long nowNanos) {
        if (sa != best && sa.origin().lineage() == best.origin().lineage()) {
            sa.close("duplicate", nowNanos);
        } else if (sa != best) {
            sa.replaceBy(OptionalLong.of(best.origin().lineage()));
        }
    }

    private long sasNanos(List<IkeSa> live, IkeSa best) {
        long unreplaced = live.stream().filter(sa -> sa.replacedBy().isEmpty()).count();
        return unreplaced < 2 ? Long.MAX_VALUE : best.establishedNanos() + grace().toNanos();
    }

    private long childrenNanos(IkeSa best) {
        List<ChildPair> pairs = peer.children().idle(best);
        return pairs.size() < 2 ? Long.MAX_VALUE : pairs.getLast().establishedNanos() + grace().toNanos();
    }

    private Duration grace() {
        return peer.ownNameIsSmaller() ? GRACE : LONG_GRACE;
    }
}
