package dev.espalier.testkit.ike;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * What crosses what (RFC 7296 2.8, 2.25; RFC 9370 2.2.4): each situation of {@code collisions/*.txt} is played by its steps and has to
 * give the transcript that is written there. {@code -Despalier.transcripts=update} writes them anew, for a look at what has changed.
 */
@Tag("IKE-06")
@Tag("IKE-24")
@Tag("IKE-25")
@Tag("IKE-26")
@Tag("IKE-27")
@Tag("IKE-28")
@Tag("IKE-29")
class CollisionTest {
    private static final Path FOLDER = Path.of("src/test/resources/collisions");

    @TestFactory
    Stream<DynamicTest> childRekeyings() throws IOException {
        return situations("child-rekey.txt");
    }

    @TestFactory
    Stream<DynamicTest> ikeRekeyings() throws IOException {
        return situations("ike-rekey.txt");
    }

    private static Stream<DynamicTest> situations(String file) throws IOException {
        Path path = FOLDER.resolve(file);
        Map<String, String> written = read(Files.readString(path));
        if ("update".equals(System.getProperty("espalier.transcripts"))) {
            List<String> all = new ArrayList<>();
            written.forEach((title, text) -> all.add(play(title, text)));
            Files.writeString(path, String.join("\n\n", all) + "\n");
            written = read(Files.readString(path));
        }
        return written.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(
                        entry.getKey(),
                        () -> assertThat(play(entry.getKey(), entry.getValue())).isEqualTo(entry.getValue())));
    }

    /** Situations by their titles, lines that begin with {@code ==}. */
    private static Map<String, String> read(String text) {
        Map<String, String> situations = new LinkedHashMap<>();
        for (String part : text.split("(?m)^(?=== )")) {
            if (!part.isBlank()) {
                String situation = part.strip();
                String title = situation.lines().findFirst().orElseThrow();
                assertThat(situations.put(title, situation)).as(title).isNull();
            }
        }
        return situations;
    }

    /** Options stand behind the title, in brackets. */
    private static String play(String title, String situation) {
        List<String> options = title.contains("[")
                ? List.of(title.substring(title.indexOf('[') + 1, title.indexOf(']'))
                        .split(", "))
                : List.of();
        Transcript transcript = new Transcript(options);
        situation
                .lines()
                .skip(1)
                .filter(line -> !line.startsWith(" ") && !line.equals("then"))
                .forEach(transcript::step);
        return title + "\n" + transcript.settle(options.contains("ended"));
    }
}
