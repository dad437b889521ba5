package dev.espalier.agent.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("CSR-05")
class RenewalTimeTest {
    private static final Instant START = Instant.parse("2026-11-24T00:00:00Z");

    @Test
    void renewalIsAtTwoThirdsOfLifeLessUpToATenth() {
        Random random = new Random(42);
        for (int i = 0; i < 1000; i++) {
            Instant at = RenewalTime.of(START, START.plus(Duration.ofHours(24)), START, random);

            assertThat(at)
                    .isBetween(
                            START.plus(Duration.ofHours(16)).minus(Duration.ofMinutes(144)),
                            START.plus(Duration.ofHours(16)));
        }
    }

    @Test
    void whatTheIssuerDatedBackIsNoPartOfLife() {
        Instant issued = START.plus(Duration.ofMinutes(5));
        Instant end = issued.plus(Duration.ofMinutes(3));
        Random random = new Random(42);
        for (int i = 0; i < 1000; i++) {
            Instant expectedLatest = issued.plus(Duration.ofMinutes(2));

            assertThat(RenewalTime.of(START, end, issued, random))
                    .as("when it comes")
                    .isBetween(expectedLatest.minusSeconds(18), expectedLatest);
            assertThat(RenewalTime.of(START, end, issued.plusSeconds(60), random))
                    .as("after a restart")
                    .isBetween(expectedLatest.minusSeconds(18), expectedLatest);
        }
    }
}
