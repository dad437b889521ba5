package dev.espalier.e2e;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waiting for something real to become true. */
final class Waiting {
    private static final Duration STEP = Duration.ofMillis(200);

    private Waiting() {}

    /** Polls until {@code condition} holds and returns how long that took; after {@code limit} fails with what {@code state} says. */
    static Duration until(String what, Duration limit, BooleanSupplier condition, Supplier<String> state) {
        long started = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - started > limit.toNanos()) {
                throw new AssertionError(what + ": not within " + limit.toSeconds() + " s; " + state.get());
            }
            pause(STEP);
        }
        return Duration.ofNanos(System.nanoTime() - started);
    }

    static Duration until(String what, Duration limit, BooleanSupplier condition) {
        return until(what, limit, condition, () -> "no more is known");
    }

    static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
