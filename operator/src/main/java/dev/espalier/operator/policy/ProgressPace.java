package dev.espalier.operator.policy;

import dev.espalier.crds.v1alpha1.IPSecPolicyStatus;
import dev.espalier.crds.v1alpha1.StatusCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * When a status is worth writing. Each write of a policy is sent to the agent of every node, while nodes acknowledge one by one: how far they are
 * is therefore written from time to time, and all that changes a condition at once (OPR-08). One thread.
 */
final class ProgressPace {
    private static final Duration LEAST = Duration.ofSeconds(1);
    /** Writes of mere progress that one watcher may see in a second. */
    private static final int WRITES_PER_SECOND = 10;

    private Instant last = Instant.EPOCH;

    /** A decision for one round of all policies. */
    interface Round {
        boolean isDue(@Nullable IPSecPolicyStatus stored, IPSecPolicyStatus wanted);
    }

    /** @param policies how many there are */
    Round round(int policies, Instant now) {
        boolean progressIsDue = !now.isBefore(last.plus(pause(policies)));
        if (progressIsDue) {
            last = now;
        }
        return (stored, wanted) ->
                !wanted.equals(stored) && (progressIsDue || stored == null || !sameButForCounts(stored, wanted));
    }

    static Duration pause(int policies) {
        Duration bySize = Duration.ofSeconds(policies / WRITES_PER_SECOND);
        return bySize.compareTo(LEAST) > 0 ? bySize : LEAST;
    }

    private static boolean sameButForCounts(IPSecPolicyStatus a, IPSecPolicyStatus b) {
        return Objects.equals(a.observedGeneration(), b.observedGeneration())
                && Objects.equals(a.inForce(), b.inForce())
                && verdicts(a).equals(verdicts(b));
    }

    private static List<List<String>> verdicts(IPSecPolicyStatus status) {
        return status.conditions().stream().map(ProgressPace::verdict).toList();
    }

    private static List<String> verdict(StatusCondition condition) {
        return List.of(condition.type(), condition.status(), condition.reason());
    }
}
