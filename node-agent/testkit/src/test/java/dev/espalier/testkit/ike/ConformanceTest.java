package dev.espalier.testkit.ike;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/conformance.md} says what of the IKE standards is done, by which test, and why something is not. It is made from
 * {@code docs/conformance-rows.txt} and the tags of the tests; {@code -Despalier.conformance=update} writes it anew.
 */
class ConformanceTest {
    private static final Path ROOT = Path.of(System.getProperty("espalier.root", "../.."));
    private static final Path PAGE = ROOT.resolve("docs/conformance.md");
    private static final Pattern TAG = Pattern.compile("@Tag\\(\"([A-Z]+-\\d+)\"\\)");

    private record Row(String id, String level, String source, String what, String reason) {
        static Row of(String line) {
            String[] parts = line.split("\\|", -1);
            assertThat(parts).as(line).hasSize(5);
            return new Row(parts[0], parts[1], parts[2], parts[3], parts[4]);
        }

        String state(Set<String> tests) {
            return tests.isEmpty() ? (reason.isEmpty() ? "open" : "not done") : "tested";
        }
    }

    /** Tests that are there and not yet on the page are no fault; rows and tests on the page have to be true. */
    @Test
    void thePageSaysNothingThatIsNotSo() throws IOException {
        Map<String, Set<String>> tests = tests();
        if ("update".equals(System.getProperty("espalier.conformance"))) {
            Files.writeString(PAGE, page(rows(), tests));
        }

        Map<String, Set<String>> listed = listed();

        assertThat(Files.readString(PAGE))
                .as("docs/conformance.md; -Despalier.conformance=update writes it anew")
                .isEqualTo(page(rows(), listed));
        listed.forEach((id, names) ->
                assertThat(tests.getOrDefault(id, Set.of())).as(id).containsAll(names));
    }

    /** The tests that the page names, by id. */
    private static Map<String, Set<String>> listed() throws IOException {
        Map<String, Set<String>> listed = new TreeMap<>();
        for (String line : Files.readAllLines(PAGE)) {
            String[] cells = line.split(" \\| ", -1);
            if (line.matches("\\| [A-Z]+-\\d+ .*") && !cells[5].isBlank()) {
                listed.put(
                        cells[0].substring(2),
                        new TreeSet<>(List.of(cells[5].strip().split(", "))));
            }
        }
        return listed;
    }

    @Test
    void noRowThatMustOrShouldBeIsOpen() throws IOException {
        Map<String, Set<String>> tests = tests();

        assertThat(rows())
                .filteredOn(row -> tests.getOrDefault(row.id(), Set.of()).isEmpty())
                .filteredOn(row -> row.level().equals("M")
                        || (row.level().equals("S") && row.reason().isEmpty()))
                .isEmpty();
    }

    private static List<Row> rows() throws IOException {
        return Files.readAllLines(ROOT.resolve("docs/conformance-rows.txt")).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(Row::of)
                .toList();
    }

    /** Names of test classes by the ids that they, or tests in them, are tagged with. */
    private static Map<String, Set<String>> tests() throws IOException {
        Map<String, Set<String>> tests = new TreeMap<>();
        for (String module : List.of("ike", "testkit", "esp", "agent")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve("node-agent/" + module + "/src/test/java"))) {
                for (Path file :
                        files.filter(f -> f.toString().endsWith(".java")).toList()) {
                    Matcher tag = TAG.matcher(Files.readString(file));
                    String name = file.getFileName().toString().replace(".java", "");
                    while (tag.find()) {
                        tests.computeIfAbsent(tag.group(1), id -> new TreeSet<>())
                                .add(name);
                    }
                }
            }
        }
        return tests;
    }

    private static String page(List<Row> rows, Map<String, Set<String>> tests) {
        List<String> lines = new ArrayList<>();
        lines.add("# Conformance of the IKE engine");
        lines.add("");
        lines.add("Made from `docs/conformance-rows.txt` and the `@Tag`s of the tests; do not edit.");
        lines.add(
                "M: must, S: should, L: later, N: never, X: extra. Sections without a number in front are of RFC 7296.");
        lines.add("");
        lines.add("| class | rows | tested | not done, with a reason |");
        lines.add("|---|---|---|---|");
        for (String level : List.of("M", "S", "L", "N", "X")) {
            List<Row> of =
                    rows.stream().filter(row -> row.level().equals(level)).toList();
            long tested = of.stream().filter(row -> tests.containsKey(row.id())).count();
            lines.add("| " + level + " | " + of.size() + " | " + tested + " | " + (of.size() - tested) + " |");
        }
        lines.add("");
        lines.add("| id | class | source | what is asked for | state | tests | note |");
        lines.add("|---|---|---|---|---|---|---|");
        for (Row row : rows) {
            Set<String> by = tests.getOrDefault(row.id(), Set.of());
            lines.add("| " + row.id() + " | " + row.level() + " | " + row.source() + " | " + row.what() + " | "
                    + row.state(by) + " | " + String.join(", ", by) + " | " + row.reason() + " |");
        }
        return String.join("\n", lines) + "\n";
    }
}
