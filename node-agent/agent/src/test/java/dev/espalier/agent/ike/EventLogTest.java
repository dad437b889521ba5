package dev.espalier.agent.ike;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("F-25")
class EventLogTest {
    private final EventLog log = new EventLog();

    @Test
    void aFloodOfOneKindGetsALineInTenSecondsThatSaysHowMany() {
        assertThat(log.permit("garbage", 0)).isZero();
        for (int i = 1; i <= 500; i++) {
            assertThat(log.permit("garbage", i)).isEqualTo(-1);
        }

        assertThat(log.permit("garbage", TimeUnit.SECONDS.toNanos(10))).isEqualTo(500);
    }

    @Test
    void kindsAreThrottledApart() {
        log.permit("one", 0);

        assertThat(log.permit("other", 1)).isZero();
    }

    @Test
    void theNumberOfKindsIsBoundedAndOldOnesMakeRoom() {
        for (int i = 0; i < 256; i++) {
            assertThat(log.permit("kind " + i, 0)).isZero();
        }
        assertThat(log.permit("one more", 1)).isEqualTo(-1);

        assertThat(log.permit("one more", TimeUnit.SECONDS.toNanos(11))).isZero();
    }
}
