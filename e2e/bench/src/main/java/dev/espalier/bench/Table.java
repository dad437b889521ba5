package dev.espalier.bench;

import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Results as Markdown: one row a candidate, medians with the least and the greatest value, and multiples of wireguard-go. */
final class Table {
    private static final String REFERENCE = "wireguard-go";

    private Table() {}

    static String of(Results results) {
        List<Measure> columns = List.of(Measure.values()).stream()
                .filter(m -> results.candidates().stream()
                        .anyMatch(c -> !results.samples(c, m).isEmpty()))
                .toList();
        StringBuilder text = new StringBuilder("| |");
        columns.forEach(m ->
                text.append(' ').append(m.title).append(", ").append(m.unit).append(" |"));
        text.append("\n|---|").append("---|".repeat(columns.size())).append('\n');
        for (String candidate : results.candidates()) {
            text.append("| ").append(candidate).append(" |");
            columns.forEach(m ->
                    text.append(' ').append(cell(results.samples(candidate, m))).append(" |"));
            text.append('\n');
        }
        text.append("\nAs a multiple of ").append(REFERENCE).append(", round by round, median:\n\n| |");
        columns.forEach(m -> text.append(' ').append(m.title).append(" |"));
        text.append("\n|---|").append("---|".repeat(columns.size())).append('\n');
        for (String candidate : results.candidates()) {
            if (!candidate.equals(REFERENCE)) {
                text.append("| ").append(candidate).append(" |");
                columns.forEach(m -> text.append(' ')
                        .append(number(results.ratio(candidate, REFERENCE, m)))
                        .append(" |"));
                text.append('\n');
            }
        }
        return text.toString();
    }

    private static String cell(List<Double> samples) {
        if (samples.isEmpty()) {
            return "-";
        }
        String median = number(Results.median(samples));
        return samples.size() == 1
                ? median
                : median + " (" + number(Collections.min(samples)) + "-" + number(Collections.max(samples)) + ")";
    }

    private static String number(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        return String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    }
}
