package dev.espalier.agent.kube;

import dev.espalier.agent.kube.DocumentReader.BadDocument;
import dev.espalier.agent.kube.DocumentReader.Entry;
import dev.espalier.crds.policy.PolicySet;
import dev.espalier.crds.v1alpha1.IPSecPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads a folder of Kubernetes-shaped YAML into a view, or says everything that is wrong with it. */
final class FolderReader {
    private final Path folder;
    private final String nodeName;
    private final DocumentReader reader = new DocumentReader();

    FolderReader(Path folder, String nodeName) {
        this.folder = folder;
        this.nodeName = nodeName;
    }

    /** What the folder's {@code *.yaml} and {@code *.yml} files hold now, by path; cheap enough to find out whether anything changed. */
    Map<Path, String> contents() throws SourceException {
        Map<Path, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : (Iterable<Path>) files.filter(FolderReader::isYaml)::iterator) {
                String content = content(file);
                if (content != null) {
                    contents.put(file, content);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            throw new SourceException(List.of(folder + ": cannot be read: " + e.getMessage()));
        }
        return contents;
    }

    /** @throws SourceException naming each bad document by file and line */
    NodeView view(Map<Path, String> contents) throws SourceException {
        List<String> problems = new ArrayList<>();
        Map<String, String> places = new LinkedHashMap<>();
        List<NodeEntry> nodes = new ArrayList<>();
        List<IPSecPolicy> policies = new ArrayList<>();
        List<ExternalPeer> peers = new ArrayList<>();
        contents.forEach((file, content) -> {
            for (YamlDocuments.Document document : YamlDocuments.split(content)) {
                try {
                    Entry entry = reader.read(document);
                    String place = file + ":" + document.line();
                    String earlier = places.putIfAbsent(entry.id(), place);
                    if (earlier != null) {
                        problems.add(place + ": " + entry.id() + " is already at " + earlier);
                    }
                    switch (entry) {
                        case Entry.OfNode node -> nodes.add(node.node());
                        case Entry.OfPolicy policy -> policies.add(policy.policy());
                        case Entry.OfPeer peer -> peers.add(peer.peer());
                    }
                } catch (BadDocument e) {
                    problems.add(file + ":" + e.line() + ": " + e.getMessage());
                }
            }
        });
        NodeEntry own = nodes.stream()
                .filter(n -> n.name().equals(nodeName))
                .findFirst()
                .orElse(null);
        if (own == null && problems.isEmpty()) {
            problems.add(folder + ": no file has a Node '" + nodeName + "', which is this node (ESPALIER_NODE_NAME)");
        }
        if (own == null || !problems.isEmpty()) {
            throw new SourceException(problems);
        }
        nodes.remove(own);
        nodes.sort(Comparator.comparing(NodeEntry::name));
        peers.sort(Comparator.comparing(ExternalPeer::name));
        return new NodeView(own, nodes, PolicySet.of(policies), peers);
    }

    private static boolean isYaml(Path file) {
        String name = file.getFileName().toString();
        // Editors and atomic writers keep what is not finished in hidden files.
        return !name.startsWith(".") && (name.endsWith(".yaml") || name.endsWith(".yml")) && Files.isRegularFile(file);
    }

    private static @Nullable String content(Path file) throws SourceException {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            // Gone since it was listed: the next scan sees the folder without it.
            return null;
        } catch (CharacterCodingException e) {
            throw new SourceException(List.of(file + ":1: not UTF-8"));
        } catch (IOException e) {
            throw new SourceException(List.of(file + ":1: cannot be read: " + e.getMessage()));
        }
    }
}
