package dev.espalier.e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the suite found out in figures, printed as they come and once more at the end. */
final class Report {
    private final List<String> figures = new ArrayList<>();
    private final long started = System.nanoTime();

    void progress(String text) {
        System.out.printf(Locale.ROOT, "%6.1f s  %s%n", (System.nanoTime() - started) / 1e9, text);
    }

    void figure(String name, String value) {
        figures.add(name + ": " + value);
        progress("        " + name + ": " + value);
    }

    /** The time since {@code startedNanos}, for people. */
    static String since(long startedNanos) {
        return String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - startedNanos) / 1e9);
    }

    void close() {
        System.out.println();
        figures.forEach(figure -> System.out.println("    " + figure));
    }
}
