package dev.espalier.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/values.md} is made of the comments and defaults in values.yaml and of the bounds in values.schema.json. {@code -Despalier.update=true} writes it anew. */
class ValuesReferenceTest {

    private static final Pattern KEY = Pattern.compile("( *)([A-Za-z]+):(.*)");
    private static final String HEAD = """
            # Values of the chart

            `deploy/helm/espalier`, as in `helm install espalier deploy/helm/espalier --namespace espalier-system --create-namespace --set NAME=VALUE`. A value that the
            schema does not know, or that is out of bounds, is refused by name before anything is changed. This page is made of values.yaml and its schema; a test compares.

            | value | default | meaning and bounds |
            |---|---|---|
            """;

    @Test
    void everyValueIsDescribedWithItsDefaultAndItsBounds() throws IOException {
        String reference = HEAD + String.join("", rows());
        Path page = Chart.ROOT.resolve("docs/values.md");
        if (Boolean.getBoolean("espalier.update")) {
            Files.writeString(page, reference);
        }

        assertThat(Files.readString(page))
                .as(
                        "%s; to write it anew: ./mvnw -pl deploy test -Dtest=ValuesReferenceTest -Despalier.update=true",
                        page)
                .isEqualTo(reference);
    }

    private static List<String> rows() throws IOException {
        Path file = Chart.FOLDER.resolve("values.yaml");
        JsonNode values = new YAMLMapper().readTree(file.toFile());
        JsonNode schema = new ObjectMapper()
                .readTree(Chart.FOLDER.resolve("values.schema.json").toFile());
        List<String> rows = new ArrayList<>();
        Deque<String> path = new ArrayDeque<>();
        StringJoiner comment = new StringJoiner(" ");
        for (String line : Files.readAllLines(file)) {
            Matcher key = KEY.matcher(line);
            if (line.isBlank()) {
                comment = new StringJoiner(" ");
            } else if (line.strip().startsWith("#")) {
                comment.add(line.strip().substring(1).strip());
            } else if (key.matches() && key.group(1).length() / 2 <= 1) {
                while (path.size() > key.group(1).length() / 2) {
                    path.removeLast();
                }
                path.addLast(key.group(2));
                JsonNode value = values.at("/" + String.join("/", path));
                boolean group = value.isObject() && key.group(3).isBlank() && path.size() == 1;
                if (!group || comment.length() > 0) {
                    rows.add(row(path, group ? "" : "`" + value + "`", comment + bounds(schema(schema, path))));
                }
                comment = new StringJoiner(" ");
            }
        }
        return rows;
    }

    private static String row(Deque<String> path, String value, String meaning) {
        return "| `" + String.join(".", path) + "` | " + value.replace("|", "\\|") + " | "
                + meaning.strip().replace("|", "\\|") + " |\n";
    }

    private static JsonNode schema(JsonNode root, Deque<String> path) {
        JsonNode at = root;
        for (String name : path) {
            at = at.path("properties").path(name);
        }
        assertThat(at.isMissingNode()).as("the schema knows " + path).isFalse();
        return at;
    }

    private static String bounds(JsonNode schema) {
        StringJoiner bounds = new StringJoiner("");
        if (schema.has("enum")) {
            List<String> choices = new ArrayList<>();
            schema.get("enum").forEach(choice -> choices.add("`" + choice.asText() + "`"));
            bounds.add(" One of " + String.join(", ", choices) + ".");
        }
        if (schema.has("minimum") && schema.has("maximum")) {
            bounds.add(" " + schema.get("minimum") + " to " + schema.get("maximum") + ".");
        }
        return bounds.toString();
    }
}
