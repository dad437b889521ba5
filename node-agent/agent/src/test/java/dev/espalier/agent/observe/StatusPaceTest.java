package dev.espalier.agent.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.crds.v1alpha1.IPSecNodeStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("OPR-08")
class StatusPaceTest {
    private static final IPSecNodeStatus WRITTEN = status("hash", 2, 0);

    @Test
    void theFirstStatusIsWrittenAtOnceAndTheSameOneNever() {
        assertThat(StatusPace.isDue(null, WRITTEN, Duration.ZERO, 500)).isTrue();
        assertThat(StatusPace.isDue(WRITTEN, WRITTEN, Duration.ofHours(1), 3)).isFalse();
    }

    @Test
    void anAcknowledgementIsWrittenSoonHoweverLargeTheMesh() {
        IPSecNodeStatus next = status("other", 2, 0);

        assertThat(StatusPace.isDue(WRITTEN, next, Duration.ofMillis(1900), 3)).isFalse();
        assertThat(StatusPace.isDue(WRITTEN, next, Duration.ofSeconds(2), 500)).isTrue();
    }

    @Test
    void peersAndCountersAreSpacedByTheSizeOfTheMesh() {
        IPSecNodeStatus peers = status("hash", 3, 0);
        IPSecNodeStatus counters = status("hash", 2, 9);

        assertThat(StatusPace.isDue(WRITTEN, peers, Duration.ofSeconds(2), 3)).isTrue();
        assertThat(StatusPace.isDue(WRITTEN, peers, Duration.ofSeconds(49), 500))
                .isFalse();
        assertThat(StatusPace.isDue(WRITTEN, peers, Duration.ofSeconds(50), 500))
                .isTrue();
        assertThat(StatusPace.isDue(WRITTEN, counters, Duration.ofSeconds(30), 3))
                .isTrue();
        assertThat(StatusPace.isDue(WRITTEN, counters, Duration.ofSeconds(249), 500))
                .isFalse();
        assertThat(StatusPace.isDue(WRITTEN, counters, Duration.ofSeconds(250), 500))
                .isTrue();
    }

    private static IPSecNodeStatus status(String hash, int established, long rekeys) {
        return new IPSecNodeStatus(
                1L,
                hash,
                List.of(),
                List.of(),
                "v",
                null,
                new IPSecNodeStatus.Totals(3, established, established, rekeys, Map.of()),
                List.of());
    }
}
