package dev.espalier.agent.kube;

import dev.espalier.agent.watch.FolderWatch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Views from a folder of Kubernetes-shaped YAML ({@code Node}, {@code IPSecPolicy}, {@code IPSecPeer}; several documents a file, several
 * files). The folder is one unit: while any document in it is bad, the view before stays in force.
 */
public final class FileSource implements NodeViewSource {
    private static final Logger LOG = Logger.getLogger(FileSource.class);
    private static final Duration PERIOD = Duration.ofSeconds(5);

    private final Path folder;
    private final FolderReader reader;
    private @Nullable FolderWatch watch;
    private @Nullable Map<Path, String> lastContents;
    private @Nullable NodeView lastView;
    private List<String> lastProblems = List.of();

    public FileSource(Path folder, String nodeName) {
        this.folder = folder;
        this.reader = new FolderReader(folder, nodeName);
    }

    @Override
    public void start(Listener listener) {
        watch = FolderWatch.start(folder, PERIOD, () -> scan(listener));
    }

    @Override
    public void close() {
        if (watch != null) {
            watch.close();
        }
    }

    /** Reads the folder once and tells the listener what is new. */
    void scan(Listener listener) {
        try {
            Map<Path, String> contents = reader.contents();
            if (contents.equals(lastContents)) {
                return;
            }
            lastContents = contents;
            NodeView view = reader.view(contents);
            report(List.of(), listener);
            if (!view.equals(lastView)) {
                lastView = view;
                listener.viewChanged(view);
            }
        } catch (SourceException e) {
            // Read again next time even if nothing differs: what is reported must be what the folder holds.
            lastContents = null;
            report(e.problems(), listener);
        }
    }

    private void report(List<String> problems, Listener listener) {
        if (problems.equals(lastProblems)) {
            return;
        }
        lastProblems = problems;
        problems.forEach(p -> LOG.errorf(
                "%s (%s)", p, lastView == null ? "nothing is in force yet" : "the last good state stays in force"));
        if (problems.isEmpty()) {
            LOG.infof("%s: everything is well again", folder);
        }
        listener.problemsChanged(problems);
    }
}
