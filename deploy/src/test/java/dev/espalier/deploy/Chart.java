package dev.espalier.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The chart in {@code deploy/helm/espalier}, and what it becomes. */
final class Chart {

    static final Path ROOT = Path.of(System.getProperty("espalier.root", ".."));
    static final Path FOLDER = withoutLinks(ROOT.resolve("deploy/helm/espalier"), ROOT.resolve("deploy/target/chart"));

    /** The oldest Kubernetes that the end-to-end suite runs on. */
    static final String OLDEST = "1.20.2";

    private static final YAMLMapper YAML = new YAMLMapper();

    private Chart() {}

    /** {@return what {@code helm template} prints for the release "espalier" in its namespace} */
    static String render(String kubeVersion, UnaryOperator<TemplateCommand> values) {
        TemplateCommand command = new Helm(FOLDER)
                .template()
                .withName("espalier")
                .withNamespace("espalier-system")
                .withKubeVersion(kubeVersion)
                .skipCrds();
        return values.apply(command).call();
    }

    static List<JsonNode> objects(String yaml) {
        List<JsonNode> objects = new ArrayList<>();
        try (MappingIterator<JsonNode> documents =
                YAML.readerFor(JsonNode.class).readValues(yaml)) {
            documents.forEachRemaining(document -> {
                if (document.isObject()) {
                    objects.add(document);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return objects;
    }

    static JsonNode object(String yaml, String kind, String name) {
        return objects(yaml).stream()
                .filter(o -> o.path("kind").asText().equals(kind))
                .filter(o -> o.at("/metadata/name").asText().equals(name))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no " + kind + " " + name + " in\n" + yaml));
    }

    static JsonNode container(JsonNode workload) {
        return workload.at("/spec/template/spec/containers/0");
    }

    static String env(JsonNode container, String name) {
        for (JsonNode variable : container.path("env")) {
            if (variable.path("name").asText().equals(name)) {
                return variable.path("value").asText();
            }
        }
        throw new NoSuchElementException("no variable " + name + " in " + container.path("env"));
    }

    /** As {@code helm package} has it; Helm warns of every link that it follows. */
    private static Path withoutLinks(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from, FileVisitOption.FOLLOW_LINKS)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                Path copy = to.resolve(from.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
            }
            return to;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
