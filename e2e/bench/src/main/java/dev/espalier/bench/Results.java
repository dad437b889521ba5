package dev.espalier.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All samples, by candidate and measure, in the order of rounds. */
final class Results {
    private final Map<String, EnumMap<Measure, List<Double>>> samples = new LinkedHashMap<>();

    void add(String candidate, Measure measure, double value) {
        samples.computeIfAbsent(candidate, k -> new EnumMap<>(Measure.class))
                .computeIfAbsent(measure, k -> new ArrayList<>())
                .add(value);
    }

    List<String> candidates() {
        return List.copyOf(samples.keySet());
    }

    List<Double> samples(String candidate, Measure measure) {
        EnumMap<Measure, List<Double>> of = samples.get(candidate);
        return of == null ? List.of() : of.getOrDefault(measure, List.of());
    }

    /** NaN without samples. */
    double median(String candidate, Measure measure) {
        return median(samples(candidate, measure));
    }

    /**
     * The median over rounds of {@code candidate}'s value as a multiple of {@code reference}'s in the same round, so that whatever else loads
     * the machine falls on both. NaN when there is no round with both.
     */
    double ratio(String candidate, String reference, Measure measure) {
        List<Double> ours = samples(candidate, measure);
        List<Double> theirs = samples(reference, measure);
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < Math.min(ours.size(), theirs.size()); round++) {
            ratios.add(ours.get(round) / theirs.get(round));
        }
        return median(ratios);
    }

    static double median(List<Double> values) {
        if (values.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
