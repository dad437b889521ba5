package dev.espalier.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/**
 * A file that is there while this process can serve, or take over from the one that does. An HTTP probe could not tell: it reaches whichever of two processes on
 * one host has the port.
 */
final class ReadyFile {
    private static final Logger LOG = Logger.getLogger(ReadyFile.class);

    private final Path file;
    private final BooleanSupplier ready;
    private boolean complained;

    ReadyFile(Path file, BooleanSupplier ready) {
        this.file = file;
        this.ready = ready;
    }

    /** Makes or removes it. Never throws, since a timer would stop calling. */
    void refresh() {
        try {
            boolean is = ready.getAsBoolean();
            if (is && !Files.exists(file)) {
                Files.createFile(file);
            } else if (!is) {
                Files.deleteIfExists(file);
            }
            complained = false;
        } catch (IOException | RuntimeException e) {
            if (!complained) {
                complained = true;
                LOG.warnf("%s: %s", file, e);
            }
        }
    }
}
