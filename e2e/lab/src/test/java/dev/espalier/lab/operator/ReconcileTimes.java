package dev.espalier.lab.operator;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A Prometheus histogram of durations.
 *
 * @param upTo how many took at most so many seconds, cumulative; the last bound is infinite
 */
record ReconcileTimes(NavigableMap<Double, Long> upTo) {
    static ReconcileTimes of(Map<Double, Long> upTo) {
        return new ReconcileTimes(new TreeMap<>(upTo));
    }

    long count() {
        return upTo.isEmpty() ? 0 : upTo.lastEntry().getValue();
    }

    /** As PromQL's {@code histogram_quantile}: linear within a bucket, the last finite bound for what is beyond it; 0 without any. */
    double quantile(double quantile) {
        double rank = quantile * count();
        double lower = 0;
        long below = 0;
        for (Map.Entry<Double, Long> bucket : upTo.entrySet()) {
            if (bucket.getValue() >= rank && bucket.getValue() > below) {
                return bucket.getKey().isInfinite()
                        ? lower
                        : lower + (bucket.getKey() - lower) * (rank - below) / (bucket.getValue() - below);
            }
            lower = bucket.getKey();
            below = bucket.getValue();
        }
        return 0;
    }
}
