package dev.espalier.esp.packet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateLimitTest {
    @Test
    void allowsABurstThenARate() {
        RateLimit limit = new RateLimit(10, 3);
        long now = -5;
        assertThat(take(limit, now)).isEqualTo(3);
        assertThat(take(limit, now + 99_999_999)).isZero();
        assertThat(take(limit, now + 100_000_000)).isEqualTo(1);
        assertThat(take(limit, now + 60_000_000_000L))
                .as("no more than the burst")
                .isEqualTo(3);
    }

    @Test
    void isNotFooledByAClockThatStandsStill() {
        RateLimit limit = new RateLimit(10, 1);
        assertThat(take(limit, 100)).isEqualTo(1);
        assertThat(take(limit, 100)).isZero();
        assertThat(take(limit, 50)).isZero();
    }

    private static int take(RateLimit limit, long now) {
        int taken = 0;
        while (limit.tryTake(now)) {
            taken++;
        }
        return taken;
    }
}
