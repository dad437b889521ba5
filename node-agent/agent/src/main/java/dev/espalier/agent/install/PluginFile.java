package dev.espalier.agent.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jboss.logging.Logger;

/** The plugin where the node's container runtime looks for it. A runtime that executes it meanwhile gets the earlier one or this one, whole. */
final class PluginFile {
    /** The plugin's type in configurations, which is also its file name (CNI specification, section 2). */
    static final String TYPE = "espalier";

    private static final Logger LOG = Logger.getLogger(PluginFile.class);

    private final Path source;
    private final Path file;

    /**
     * @param source a static executable
     * @param binDir the runtime's folder of plugins
     */
    PluginFile(Path source, Path binDir) {
        this.source = source;
        file = binDir.resolve(TYPE);
    }

    /** Makes {@code source} the plugin of this node; does nothing when it is already. */
    void install() throws IOException {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                && Files.isExecutable(file)
                && Files.mismatch(source, file) < 0) {
            return;
        }
        DurableFiles.copyExecutable(source, file);
        LOG.infof("CNI plugin installed: %s", file);
    }

    /** @return whether there was something to take away */
    boolean remove() throws IOException {
        Files.deleteIfExists(DurableFiles.unfinished(file));
        return Files.deleteIfExists(file);
    }
}
