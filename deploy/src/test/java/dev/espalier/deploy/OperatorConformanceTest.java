package dev.espalier.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/operator-conformance.md} names only tests that there are, each tagged with the row's id, and says why where there is none. */
class OperatorConformanceTest {
    private static final List<String> MODULES = List.of("operator", "crds", "deploy", "node-agent/agent", "e2e/lab");

    private record Row(String id, String state, List<String> tests, String note) {}

    @Test
    void everyRowIsTestedByWhatItNamesOrSaysWhyNot() throws IOException {
        Map<String, String> sources = sources();

        assertThat(rows()).hasSize(20).allSatisfy(row -> {
            assertThat(row.tests().isEmpty()).as(row.id()).isEqualTo(row.state().equals("not done"));
            if (!row.state().equals("tested")) {
                assertThat(row.note()).as(row.id()).hasSizeGreaterThan(20);
            }
            row.tests()
                    .forEach(test -> assertThat(sources.getOrDefault(test, ""))
                            .as("%s of row %s", test, row.id())
                            .contains("@Tag(\"" + row.id() + "\")"));
        });
    }

    private static List<Row> rows() throws IOException {
        return Files.readAllLines(Chart.ROOT.resolve("docs/operator-conformance.md")).stream()
                .filter(line -> line.matches("\\| [A-Z]+-\\d+ .*"))
                .map(line -> line.split(" *\\| *", -1))
                .map(cells -> new Row(
                        cells[1], cells[4], cells[5].isEmpty() ? List.of() : List.of(cells[5].split(", ")), cells[6]))
                .toList();
    }

    /** Of test classes, by simple name; two modules may have one of the same. */
    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new HashMap<>();
        for (String module : MODULES) {
            try (Stream<Path> files = Files.walk(Chart.ROOT.resolve(module).resolve("src/test/java"))) {
                for (Path file :
                        files.filter(f -> f.toString().endsWith("Test.java")).toList()) {
                    sources.merge(
                            file.getFileName().toString().replace(".java", ""), Files.readString(file), String::concat);
                }
            }
        }
        return sources;
    }
}
