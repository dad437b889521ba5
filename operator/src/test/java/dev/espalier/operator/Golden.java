package dev.espalier.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Scenarios as folders: {@code in.yaml} goes through a plan and has to come out as {@code out.yaml}. */
public final class Golden {
    private static final Path ROOT = Path.of("src/test/resources");

    private final Path folder;

    private Golden(Path folder) {
        this.folder = folder;
    }

    /** Every scenario under {@code kind}, by name. */
    public static Stream<Golden> scenarios(String kind) throws IOException {
        try (Stream<Path> folders = Files.list(ROOT.resolve(kind))) {
            return folders.sorted().toList().stream().map(Golden::new);
        }
    }

    /** The objects of {@code in.yaml} that are of {@code type}. */
    public <T extends HasMetadata> List<T> input(Class<T> type) throws IOException {
        String kind = "kind: " + HasMetadata.getKind(type);
        return Arrays.stream(Files.readString(folder.resolve("in.yaml")).split("(?m)^---$"))
                .filter(document -> document.lines().anyMatch(kind::equals))
                .map(document -> Serialization.unmarshal(document, type))
                .toList();
    }

    /** Compares; with {@code -Despalier.regenerate=true} writes what came out, to be read before it is committed. */
    public void assertOutput(Object actual) throws IOException {
        String text = Serialization.asYaml(actual);
        Path file = folder.resolve("out.yaml");
        if (Boolean.getBoolean("espalier.regenerate")) {
            Files.writeString(file, text);
        }
        assertThat(text).as(folder.toString()).isEqualTo(Files.readString(file));
    }

    @Override
    public String toString() {
        return folder.getFileName().toString();
    }
}
