package dev.espalier.crds.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code docs/crd-reference.md} is what the schema says; {@code -Despalier.regenerate=true} writes it. */
class CrdReferenceTest {
    private static final Path REFERENCE =
            Path.of(System.getProperty("espalier.root", "..")).resolve("docs/crd-reference.md");

    @Test
    void theReferenceIsWhatTheSchemaSays() throws IOException {
        if (Boolean.getBoolean("espalier.regenerate")) {
            Files.writeString(REFERENCE, CrdReference.markdown());
        }

        assertThat(CrdReference.markdown()).isEqualTo(Files.readString(REFERENCE));
    }
}
