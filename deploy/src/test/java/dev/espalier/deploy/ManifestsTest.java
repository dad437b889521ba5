package dev.espalier.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * {@code deploy/manifests/espalier.yaml} and {@code uninstall.yaml} are the chart rendered with its default values. {@code -Despalier.update=true} writes them
 * anew.
 */
class ManifestsTest {

    private static final Path MANIFESTS = Chart.ROOT.resolve("deploy/manifests");
    private static final String UNINSTALL = "name: espalier-uninstall";

    @Test
    void thePlainManifestIsTheRenderedChart() throws IOException {
        String namespace = Files.readString(MANIFESTS.resolve("namespace.yaml"));

        same("espalier.yaml", """
                # Espalier without Helm: deploy/helm/espalier rendered with its default values. Do not edit; a test compares.
                #   kubectl apply -f deploy/manifests/crds -f deploy/manifests/espalier.yaml
                # and -f deploy/manifests/admission where the API server is 1.30 or later, else -f deploy/manifests/admission-before-1.30
                """ + "---\n" + namespace + rendered(document -> !document.contains(UNINSTALL)));
    }

    @Test
    void whatHelmDoesBeforeItDeletesCanBeDoneWithoutHelm() throws IOException {
        same("uninstall.yaml", """
                # Takes Espalier off every node: routes, rules, devices, packet filter, files. Before its objects are deleted; docs/day-2.md.
                # The chart's pre-delete hook, rendered with default values. Do not edit; a test compares.
                #   kubectl apply -f deploy/manifests/uninstall.yaml
                #   kubectl -n espalier-system wait --for=condition=complete --timeout=5m job/espalier-uninstall
                """ + rendered(document -> document.contains(UNINSTALL)));
    }

    private static String rendered(Predicate<String> wanted) {
        String whole = Chart.render(
                Chart.OLDEST, values -> values.set("admission.create", false).set("uninstall.plain", true));
        List<String> documents = Stream.of(whole.split("(?m)^---\n"))
                .filter(document -> !document.isBlank())
                .filter(wanted)
                .toList();
        return documents.stream().map(document -> "---\n" + document).collect(Collectors.joining());
    }

    private static void same(String name, String rendered) throws IOException {
        Path file = MANIFESTS.resolve(name);
        if (Boolean.getBoolean("espalier.update")) {
            Files.writeString(file, rendered);
        }

        assertThat(Files.readString(file))
                .as("%s; to write it anew: ./mvnw -pl deploy test -Dtest=ManifestsTest -Despalier.update=true", file)
                .isEqualTo(rendered);
    }
}
