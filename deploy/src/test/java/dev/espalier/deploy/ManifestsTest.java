package dev.espalier.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * {@code deploy/manifests/espalier.yaml} is the chart rendered with its default values. {@code -Despalier.update} writes it anew.
 */
class ManifestsTest {

    private static final Path MANIFEST = Chart.ROOT.resolve("deploy/manifests/espalier.yaml");

    @Test
    void thePlainManifestIsTheRenderedChart() throws IOException {
        String namespace = Files.readString(Chart.ROOT.resolve("deploy/manifests/namespace.yaml"));
        String rendered =
                """
                # Espalier without Helm: deploy/helm/espalier rendered with its default values. Do not edit; a test compares.
                #   kubectl apply -f deploy/manifests/crds -f deploy/manifests/espalier.yaml
                # and -f deploy/manifests/admission where the API server is 1.30 or later, else -f deploy/manifests/admission-before-1.30
                """ + "---\n" + namespace + Chart.render(Chart.OLDEST, values -> values.set("admission.create", false));
        if (Boolean.getBoolean("espalier.update")) {
            Files.writeString(MANIFEST, rendered);
        }

        assertThat(Files.readString(MANIFEST))
                .as(
                        "deploy/manifests/espalier.yaml; to write it anew: ./mvnw -pl deploy test -Dtest=ManifestsTest -Despalier.update=true")
                .isEqualTo(rendered);
    }
}
