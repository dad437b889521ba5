package dev.espalier.agent.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The folder of which container runtimes take the first configuration by name. Ours is {@code 10-espalier.conflist}; in chained mode
 * {@code 00-espalier-chained.conflist}, a copy of the other CNI's first one with us behind it, which follows that one's changes. The other's own file is not touched.
 */
final class NetworkConfigFolder {
    static final String MAIN = "10-espalier.conflist";
    static final String CHAINED = "00-espalier-chained.conflist";
    private static final Logger LOG = Logger.getLogger(NetworkConfigFolder.class);

    private final Path folder;

    NetworkConfigFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Writes our configuration where it differs.
     *
     * @param portmapVersions see {@link NetworkList#main}
     * @return what keeps it from being in use, or null
     */
    @Nullable
    String install(boolean chained, Collection<String> portmapVersions) throws IOException {
        return chained ? installChained() : installMain(portmapVersions);
    }

    /** Takes our configurations away. */
    void remove() throws IOException {
        for (String name : List.of(MAIN, CHAINED)) {
            Files.deleteIfExists(folder.resolve(name));
            Files.deleteIfExists(DurableFiles.unfinished(folder.resolve(name)));
        }
    }

    private @Nullable String installMain(Collection<String> portmapVersions) throws IOException {
        put(MAIN, NetworkList.main(portmapVersions));
        Files.deleteIfExists(folder.resolve(CHAINED));
        String first = configurations().getFirst().getFileName().toString();
        return first.equals(MAIN)
                ? null
                : folder + ": " + first + " comes before " + MAIN
                        + ", so pods are attached by that one. Remove it, or install Espalier in chained mode";
    }

    private @Nullable String installChained() throws IOException {
        Files.deleteIfExists(folder.resolve(MAIN));
        Path other = configurations().stream()
                .filter(file -> !file.getFileName().toString().equals(CHAINED))
                .findFirst()
                .orElse(null);
        if (other == null) {
            Files.deleteIfExists(folder.resolve(CHAINED));
            return folder + ": there is no other CNI's configuration yet to chain to";
        }
        String text = NetworkList.chained(Files.readString(other));
        put(CHAINED, text);
        return null;
    }

    private void put(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        if (!text.equals(read(file))) {
            DurableFiles.write(file, text);
            LOG.infof("CNI configuration written: %s", file);
        }
    }

    private static @Nullable String read(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** What a runtime would read, in its order. */
    private List<Path> configurations() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !file.getFileName().toString().startsWith("."))
                    .filter(file -> Stream.of(".conflist", ".conf", ".json").anyMatch(file.toString()::endsWith))
                    .sorted()
                    .toList();
        }
    }
}
