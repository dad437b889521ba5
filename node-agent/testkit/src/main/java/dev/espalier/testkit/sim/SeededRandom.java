package dev.espalier.testkit.sim;

import java.security.SecureRandom;
import java.util.SplittableRandom;

/** A {@link SecureRandom} that repeats itself from the same seed. For tests and nothing else. */
public final class SeededRandom extends SecureRandom {
    private static final long serialVersionUID = 1;

    private final transient SplittableRandom source;

    public SeededRandom(long seed) {
        source = new SplittableRandom(seed);
    }

    @Override
    public void nextBytes(byte[] bytes) {
        source.nextBytes(bytes);
    }

    @Override
    public byte[] generateSeed(int count) {
        byte[] seed = new byte[count];
        source.nextBytes(seed);
        return seed;
    }
}
