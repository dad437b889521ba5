package dev.espalier.ike.demux;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * SPIs that this endpoint has given out, each to one holder at a time (IKE-18).
 *
 * @param <K> an SPI, {@link Long} for IKE and {@link Integer} for ESP
 */
public final class SpiTable<K, V> {
    private final Supplier<K> candidates;
    private final Set<K> reserved = new HashSet<>();
    private final Map<K, V> holders = new HashMap<>();

    /** @param candidates unpredictable ones */
    public SpiTable(Supplier<K> candidates) {
        this.candidates = candidates;
    }

    /** One that no one else has, kept until {@link #release}. */
    public K reserve() {
        K spi;
        do {
            spi = candidates.get();
        } while (!reserved.add(spi));
        return spi;
    }

    /** Takes this one, which an earlier process has given out; false when somebody has it. */
    public boolean claim(K spi) {
        return reserved.add(spi);
    }

    /** Makes {@code holder} the one that {@link #find} finds. */
    public void bind(K spi, V holder) {
        if (!reserved.contains(spi)) {
            throw new IllegalStateException("SPI " + spi + " was never given out");
        }
        holders.put(spi, holder);
    }

    public Optional<V> find(K spi) {
        return Optional.ofNullable(holders.get(spi));
    }

    /** No effect on one that is not given out. */
    public void release(K spi) {
        reserved.remove(spi);
        holders.remove(spi);
    }
}
