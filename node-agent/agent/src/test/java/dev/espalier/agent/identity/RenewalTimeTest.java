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
            Instant at = RenewalTime.of(START, START.plus(Duration.ofHours(24)), random);

            assertThat(at)
                    .isBetween(
                            START.plus(Duration.ofHours(16)).minus(Duration.ofMinutes(144)),
                            START.plus(Duration.ofHours(16)));
        }
    }
}
