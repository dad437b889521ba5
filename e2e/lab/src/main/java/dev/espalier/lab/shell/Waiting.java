package dev.espalier.lab.shell;

import dev.espalier.lab.LabException;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waiting for something real to become true. */
public final class Waiting {
    private Waiting() {}

    /** Polls until {@code condition} holds and returns how long it took; throws when {@code limit} passes first. */
    public static Duration until(String what, Duration limit, BooleanSupplier condition) {
        long started = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - started > limit.toNanos()) {
                throw new LabException(what + ": not within " + limit.toSeconds() + " s");
            }
            pause(Duration.ofMillis(100));
        }
        return Duration.ofNanos(System.nanoTime() - started);
    }

    public static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted", e);
        }
    }
}
