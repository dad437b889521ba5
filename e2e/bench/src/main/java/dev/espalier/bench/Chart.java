package dev.espalier.bench;

import java.util.List;
import java.util.Locale;

/** Results as an SVG: one panel a measure, one bar a candidate, a whisker from the least to the greatest value. */
final class Chart {
    private static final int WIDTH = 760;
    private static final int LABEL = 170;
    private static final int BAR = 18;
    private static final int GAP = 6;
    private static final int TITLE = 34;

    private Chart() {}

    static String of(Results results, List<Measure> measures) {
        StringBuilder panels = new StringBuilder();
        int y = 10;
        for (Measure measure : measures) {
            List<String> candidates = results.candidates().stream()
                    .filter(c -> !results.samples(c, measure).isEmpty())
                    .toList();
            if (candidates.isEmpty()) {
                continue;
            }
            double most = candidates.stream()
                    .flatMap(c -> results.samples(c, measure).stream())
                    .mapToDouble(Double::doubleValue)
                    .max()
                    .orElse(1);
            y += TITLE;
            text(
                    panels,
                    8,
                    y - 10,
                    "start",
                    "bold",
                    measure.title + ", " + measure.unit
                            + (measure.moreIsBetter ? " (more is better)" : " (less is better)"));
            for (String candidate : candidates) {
                bar(panels, y, candidate, results.samples(candidate, measure), most);
                y += BAR + GAP;
            }
        }
        return """
                <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">
                <rect width="100%%" height="100%%" fill="#ffffff"/>
                %s</svg>
                """.formatted(WIDTH, y + 10, WIDTH, y + 10, panels);
    }

    private static void bar(StringBuilder out, int y, String candidate, List<Double> samples, double most) {
        double scale = (WIDTH - LABEL - 90) / Math.max(most, 1e-9);
        double median = Results.median(samples);
        String colour = candidate.equals("wireguard-go") || candidate.equals("strongswan")
                ? "#9aa5b1"
                : candidate.equals("none") ? "#d8dee4" : "#2f7d4f";
        text(out, LABEL - 8, y + BAR - 4, "end", "normal", candidate);
        out.append(String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
                LABEL,
                y,
                Math.max(1, median * scale),
                BAR,
                colour));
        double least = samples.stream().mapToDouble(Double::doubleValue).min().orElse(median);
        double greatest =
                samples.stream().mapToDouble(Double::doubleValue).max().orElse(median);
        out.append(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#1f2933\"/>%n",
                LABEL + least * scale,
                LABEL + greatest * scale,
                y + BAR / 2,
                y + BAR / 2));
        text(
                out,
                (int) (LABEL + greatest * scale) + 6,
                y + BAR - 4,
                "start",
                "normal",
                String.format(Locale.ROOT, "%.2f", median));
    }

    private static void text(StringBuilder out, int x, int y, String anchor, String weight, String text) {
        String escaped = text.replace("&", "&amp;").replace("<", "&lt;");
        out.append("<text x=\"")
                .append(x)
                .append("\" y=\"")
                .append(y)
                .append("\" text-anchor=\"")
                .append(anchor)
                .append("\" font-weight=\"")
                .append(weight)
                .append("\">")
                .append(escaped)
                .append("</text>\n");
    }
}
