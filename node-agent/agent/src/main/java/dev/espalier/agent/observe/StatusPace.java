package dev.espalier.agent.observe;

import dev.espalier.crds.v1alpha1.IPSecNodeStatus;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When a new status is worth writing. Every write is sent to the agent of every node, so in a large mesh all but acknowledgements are spaced by
 * its size: a watcher then sees a bounded number of them a second, however many nodes there are (OPR-08).
 */
public final class StatusPace {
    private static final Duration LEAST = Duration.ofSeconds(2);
    private static final Duration LEAST_FOR_COUNTERS = Duration.ofSeconds(30);
    /** Writes about peers that one watcher may see in a second. */
    private static final int PEER_WRITES_PER_SECOND = 10;
    /** The same of counters alone. */
    private static final int COUNTER_WRITES_PER_SECOND = 2;

    private StatusPace() {}

    /**
     * @param last what was written, or null
     * @param since the last write
     * @param nodes of the mesh
     */
    public static boolean isDue(@Nullable IPSecNodeStatus last, IPSecNodeStatus next, Duration since, int nodes) {
        if (last == null) {
            return true;
        }
        if (NodeStatusPlan.acknowledgeOther(last, next)) {
            return since.compareTo(LEAST) >= 0;
        }
        if (NodeStatusPlan.differ(last, next)) {
            return since.compareTo(longer(LEAST, Duration.ofSeconds(nodes / PEER_WRITES_PER_SECOND))) >= 0;
        }
        return !last.equals(next)
                && since.compareTo(longer(LEAST_FOR_COUNTERS, Duration.ofSeconds(nodes / COUNTER_WRITES_PER_SECOND)))
                        >= 0;
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }
}
