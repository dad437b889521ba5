package dev.espalier.operator.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.crds.v1alpha1.IPSecPolicyStatus;
import dev.espalier.crds.v1alpha1.StatusCondition;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("OPR-08")
class ProgressPaceTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    @Test
    void countsAreWrittenOnceASecondAndAChangedConditionAtOnce() {
        ProgressPace pace = new ProgressPace();
        IPSecPolicyStatus waiting = status(1, "WaitingForNodes");
        IPSecPolicyStatus furtherOn = status(2, "WaitingForNodes");
        IPSecPolicyStatus ready = status(500, "AllNodesReady");

        assertThat(pace.round(1, NOW).isDue(null, waiting)).isTrue();
        assertThat(pace.round(1, NOW.plusMillis(250)).isDue(waiting, furtherOn)).isFalse();
        assertThat(pace.round(1, NOW.plusMillis(250)).isDue(waiting, ready)).isTrue();
        assertThat(pace.round(1, NOW.plusMillis(1000)).isDue(waiting, furtherOn))
                .isTrue();
        assertThat(pace.round(1, NOW.plusMillis(2000)).isDue(ready, ready)).isFalse();
    }

    @Test
    void withMorePoliciesCountsAreWrittenLessOften() {
        ProgressPace pace = new ProgressPace();
        pace.round(100, NOW);

        assertThat(pace.round(100, NOW.plusSeconds(9)).isDue(status(1, "W"), status(2, "W")))
                .isFalse();
        assertThat(pace.round(100, NOW.plusSeconds(10)).isDue(status(1, "W"), status(2, "W")))
                .isTrue();
    }

    private static IPSecPolicyStatus status(int applied, String reason) {
        return new IPSecPolicyStatus(
                1L,
                List.of(StatusCondition.of(
                        IPSecPolicyStatus.READY, StatusCondition.FALSE, reason, "on " + applied, 1, NOW)),
                new IPSecPolicyStatus.NodeCounts(500, applied, applied),
                "on " + applied,
                null);
    }
}
