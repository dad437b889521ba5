package dev.espalier.operator.pki;

import dev.espalier.crds.v1alpha1.RollStage;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A Warning event when a stage of the roll waits for long, and again from time to time, naming who is missing. One thread. */
final class RollReminder {
    private static final Duration FIRST = Duration.ofMinutes(5);
    private static final Duration AGAIN = Duration.ofMinutes(30);

    private final PkiEvents events;
    private RollStage stage = RollStage.SETTLED;
    private @Nullable Instant next;

    RollReminder(PkiEvents events) {
        this.events = events;
    }

    synchronized void remind(CaRoll.Position position, Instant now) {
        if (position.stage() != stage || position.missing().isEmpty()) {
            stage = position.stage();
            next = now.plus(FIRST);
            return;
        }
        if (next != null && !now.isBefore(next)) {
            next = now.plus(AGAIN);
            events.roll(
                    "Warning",
                    "CaRollWaiting",
                    position.message()
                            + "; a node that is gone for good: delete its Node, or wait until its certificate is over");
        }
    }
}
