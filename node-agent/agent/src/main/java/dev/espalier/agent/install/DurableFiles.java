package dev.espalier.agent.install;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Files that are there whole or not at all, also after a power failure: written beside, forced to disk, renamed. */
final class DurableFiles {
    private DurableFiles() {}

    /** Replaces {@code file} by one with this text, readable by everybody. */
    static void write(Path file, String text) throws IOException {
        replace(file, text.getBytes(StandardCharsets.UTF_8), "rw-r--r--");
    }

    /** Replaces {@code file} by a copy of {@code source} that everybody may execute. */
    static void copyExecutable(Path source, Path file) throws IOException {
        replace(file, Files.readAllBytes(source), "rwxr-xr-x");
    }

    /** The name under which {@code file} is written; nobody reads files with a leading dot in the folders that we write to. */
    static Path unfinished(Path file) {
        return file.resolveSibling(".espalier-unfinished-" + file.getFileName());
    }

    private static void replace(Path file, byte[] content, String permissions) throws IOException {
        Path temporary = unfinished(file);
        // Not written over: a process may still be executing one that was left here.
        Files.deleteIfExists(temporary);
        try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString(permissions));
            ByteBuffer octets = ByteBuffer.wrap(content);
            while (octets.hasRemaining()) {
                out.write(octets);
            }
            out.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel folder = FileChannel.open(file.resolveSibling("."), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }
}
