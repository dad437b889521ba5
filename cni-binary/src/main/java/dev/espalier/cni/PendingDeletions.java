package dev.espalier.cni;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * DELs that came while the agent was away, one file each, beside its socket (CNI-07). The shim {@link #remember}s; the agent finishes them.
 *
 * <p>No DEL falls between the two: the agent listens first and reads the folder then; the shim, having written a file, tries the socket once more. If that
 * fails too, the agent was not listening yet, so it has yet to read the folder.
 */
public final class PendingDeletions {
    private static final String FOLDER = "cni-spool";
    private static final String SUFFIX = ".del";
    private static final String WRITING = "writing";
    /** Longer than it takes to write a file. */
    private static final Duration WRITTEN_WITHIN = Duration.ofMinutes(2);

    private final Path folder;

    private PendingDeletions(Path folder) {
        this.folder = folder;
    }

    /** Those that belong to the agent behind {@code socket}. */
    public static PendingDeletions besides(Path socket) {
        Path parent = socket.toAbsolutePath().getParent();
        return new PendingDeletions((parent == null ? Path.of("/") : parent).resolve(FOLDER));
    }

    /** Writes {@code deletion} to disk; again is harmless. Its environment has to be valid. */
    public void remember(CniRequest deletion) throws IOException {
        Files.createDirectories(folder);
        Path file = file(deletion);
        // A name of its own, since a runtime may call twice at a time.
        Path temporary = Files.createTempFile(folder, WRITING, ".tmp");
        try (FileOutputStream out = new FileOutputStream(temporary.toFile())) {
            out.write(deletion.encode());
            out.getFD().sync();
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Whether there is one of the container and interface of {@code request}. */
    public boolean remembers(CniRequest request) {
        return Files.exists(file(request));
    }

    /** What is to be finished. A file that is no request is set aside under another name, so that it does not keep the others from being finished. */
    public List<CniRequest> list() throws IOException {
        File[] files = folder.toFile().listFiles();
        List<CniRequest> deletions = new ArrayList<>();
        if (files == null) {
            return deletions;
        }
        Arrays.sort(files);
        for (File file : files) {
            if (file.getName().endsWith(SUFFIX)) {
                Path path = file.toPath();
                try (var channel = Files.newByteChannel(path)) {
                    deletions.add(CniRequest.decode(Frame.read(channel)));
                } catch (NoSuchFileException alreadyFinished) {
                    // By another thread, in between.
                } catch (IOException | CniFailure e) {
                    Files.move(
                            path, folder.resolve(file.getName() + ".unreadable"), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        return deletions;
    }

    /** Removes what those have left that were killed while they wrote. */
    public void removeUnfinished(Instant now) throws IOException {
        File[] files = folder.toFile().listFiles((parent, name) -> name.startsWith(WRITING));
        if (files == null) {
            return;
        }
        for (File file : files) {
            if (Instant.ofEpochMilli(file.lastModified()).plus(WRITTEN_WITHIN).isBefore(now)) {
                Files.deleteIfExists(file.toPath());
            }
        }
    }

    /** To be called when {@code deletion} has been done. */
    public void forget(CniRequest deletion) throws IOException {
        Files.deleteIfExists(file(deletion));
    }

    // A container's name has no '@', so that the two parts stay apart.
    private Path file(CniRequest deletion) {
        return folder.resolve(deletion.containerId() + "@" + deletion.ifName() + SUFFIX);
    }
}
