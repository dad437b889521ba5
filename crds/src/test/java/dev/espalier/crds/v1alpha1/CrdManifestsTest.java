package dev.espalier.crds.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The manifests in {@code deploy/manifests/crds} are what the Java types say. After a change of the types, in this module:
 * {@code mvn test -Dtest=CrdManifestsTest,CrdReferenceTest -Despalier.regenerate=true}.
 */
@Tag("OPR-01")
class CrdManifestsTest {
    private static final Path MANIFESTS =
            Path.of(System.getProperty("espalier.root", "..")).resolve("deploy/manifests/crds");

    @Test
    void checkedInManifestsAreWhatTheTypesSay() throws IOException {
        Map<String, String> generated = CrdGeneration.manifests();
        if (Boolean.getBoolean("espalier.regenerate")) {
            Files.createDirectories(MANIFESTS);
            for (Map.Entry<String, String> manifest : generated.entrySet()) {
                Files.writeString(MANIFESTS.resolve(manifest.getKey()), manifest.getValue());
            }
        }

        Set<String> present = new HashSet<>();
        try (Stream<Path> files = Files.list(MANIFESTS)) {
            files.forEach(file -> present.add(file.getFileName().toString()));
        }
        assertThat(present).isEqualTo(generated.keySet());
        for (Map.Entry<String, String> manifest : generated.entrySet()) {
            assertThat(Files.readString(MANIFESTS.resolve(manifest.getKey())))
                    .as(manifest.getKey())
                    .isEqualTo(manifest.getValue());
        }
    }

    @Test
    void everyStringAndListOfTheSpecsIsBounded() {
        List<String> unbounded = new ArrayList<>();
        for (var kind : List.of(IPSecPolicy.class, IPSecNode.class, IPSecPeer.class, IPSecAuthority.class)) {
            JSONSchemaProps root = CrdGeneration.generate(kind)
                    .getSpec()
                    .getVersions()
                    .getFirst()
                    .getSchema()
                    .getOpenAPIV3Schema();
            JSONSchemaProps spec = CrdGeneration.property(root, "spec");
            collectUnbounded(kind.getSimpleName() + ".spec", spec, unbounded);
        }

        assertThat(unbounded).isEmpty();
    }

    private static void collectUnbounded(String path, JSONSchemaProps schema, List<String> unbounded) {
        boolean bounded = switch (schema.getType()) {
            case "string" ->
                schema.getMaxLength() != null
                        || (schema.getEnum() != null && !schema.getEnum().isEmpty())
                        || fixedLengthPattern(schema.getPattern());
            case "array" -> schema.getMaxItems() != null;
            case "integer" -> schema.getMinimum() != null && schema.getMaximum() != null;
            default -> true;
        };
        if (!bounded) {
            unbounded.add(path);
        }
        if (schema.getItems() != null) {
            collectUnbounded(path + "[]", schema.getItems().getSchema(), unbounded);
        }
        if (schema.getProperties() != null) {
            schema.getProperties()
                    .forEach((name, property) -> collectUnbounded(path + "." + name, property, unbounded));
        }
    }

    /** Patterns of addresses say how long a text may be. */
    private static boolean fixedLengthPattern(String pattern) {
        return Patterns.CIDR.equals(pattern) || Patterns.ADDRESS.equals(pattern);
    }
}
