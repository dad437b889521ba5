package dev.espalier.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code docs/rights.md} names every rule of every role, with its reason; no rule is added, widened or dropped without that. */
@Tag("CSR-01")
@Tag("CSR-10")
class RightsTableTest {
    private static final List<String> FOLDERS = List.of("rbac", "admission-before-1.30", "pod-networks");

    @Test
    void everyRuleStandsInTheTableWithItsReason() throws IOException {
        Map<String, String> documented = documented();

        assertThat(documented.keySet())
                .as("rows of docs/rights.md are the rules of deploy/manifests")
                .containsExactlyInAnyOrderElementsOf(rules());
        assertThat(documented)
                .allSatisfy((rule, reason) ->
                        assertThat(reason).as("the reason for " + rule).hasSizeGreaterThan(10));
    }

    @Test
    void noRuleHasAWildcard() throws IOException {
        assertThat(rules()).allSatisfy(rule -> assertThat(rule).doesNotContain("`*`"));
    }

    /** Rows without their last column, which is the reason. */
    private static Map<String, String> documented() throws IOException {
        Map<String, String> rows = new TreeMap<>();
        Files.readString(Chart.ROOT.resolve("docs/rights.md"))
                .lines()
                .filter(line -> line.startsWith("| `espalier-"))
                .forEach(line -> {
                    int last = line.lastIndexOf(" | ");
                    rows.put(line.substring(0, last), line.substring(last + 3).replaceFirst(" \\|$", ""));
                });
        return rows;
    }

    private static Set<String> rules() throws IOException {
        List<JsonNode> objects = new ArrayList<>();
        for (String folder : FOLDERS) {
            try (Stream<Path> files =
                    Files.list(Chart.ROOT.resolve("deploy/manifests").resolve(folder))) {
                for (Path file : files.sorted().toList()) {
                    objects.addAll(Chart.objects(Files.readString(file)));
                }
            }
        }
        Map<String, JsonNode> roles = new HashMap<>();
        objects.stream()
                .filter(object -> object.path("kind").asText().endsWith("Role"))
                .forEach(role -> roles.put(key(role.path("kind").asText(), role), role));
        Set<String> rows = new TreeSet<>();
        for (JsonNode binding : objects) {
            if (!binding.path("kind").asText().endsWith("RoleBinding")) {
                continue;
            }
            JsonNode role = roles.remove(binding.at("/roleRef/kind").asText() + " "
                    + binding.at("/metadata/namespace").asText() + "/"
                    + binding.at("/roleRef/name").asText());
            if (role == null) {
                throw new AssertionError("no role for binding " + binding.at("/metadata/name"));
            }
            for (JsonNode subject : binding.path("subjects")) {
                role.path("rules").forEach(rule -> rows.add(row(subject, binding, rule)));
            }
        }
        assertThat(roles).as("roles that nobody has").isEmpty();
        return rows;
    }

    private static String key(String kind, JsonNode object) {
        return kind + " " + object.at("/metadata/namespace").asText() + "/"
                + object.at("/metadata/name").asText();
    }

    private static String row(JsonNode subject, JsonNode binding, JsonNode rule) {
        String namespace = binding.at("/metadata/namespace").asText();
        return "| `" + subject.path("name").asText() + "` | "
                + (namespace.isEmpty() ? "cluster" : "`" + namespace + "`") + " | " + resources(rule) + " | "
                + texts(rule.path("resourceNames")) + " | "
                + texts(rule.path("verbs")).replace("`", "");
    }

    private static String resources(JsonNode rule) {
        String group = rule.path("apiGroups").path(0).asText();
        return texts(rule.path("resources")) + (group.isEmpty() ? "" : " of " + group);
    }

    private static String texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(text -> "`" + text.asText() + "`")
                .reduce((a, b) -> a + ", " + b)
                .orElse("");
    }
}
