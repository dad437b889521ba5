package dev.espalier.bench;

import java.io.IOException;
import java.util.function.BooleanSupplier;

/** Waiting for things that other processes do. */
final class Wait {
    private Wait() {}

    /** @throws IOException when it has not come true after {@code seconds} */
    static void until(String what, int seconds, BooleanSupplier condition) throws IOException {
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IOException("waited " + seconds + " s in vain for " + what);
            }
            pause(100);
        }
    }

    static void pause(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
