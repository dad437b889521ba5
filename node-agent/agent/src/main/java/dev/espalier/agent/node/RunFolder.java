package dev.espalier.agent.node;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** The agent's run folder, closed to everyone but its owner, and held by one agent at a time. */
final class RunFolder implements AutoCloseable {
    private final FileChannel lockFile;

    private RunFolder(FileChannel lockFile) {
        this.lockFile = lockFile;
    }

    /**
     * Takes the folder; null when another agent runs from it.
     *
     * @throws IOException naming the folder
     */
    static @Nullable RunFolder take(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        FileChannel channel =
                FileChannel.open(folder.resolve("agent.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (lock(channel) == null) {
            channel.close();
            return null;
        }
        return new RunFolder(channel);
    }

    /** The kernel lets go of the lock when the process dies, however it dies. */
    @Override
    public void close() throws IOException {
        lockFile.close();
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }
}
