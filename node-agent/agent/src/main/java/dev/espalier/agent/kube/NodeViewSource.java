package dev.espalier.agent.kube;

import java.util.List;

/**
 * Where {@link NodeView}s come from. A source delivers only whole, consistent views: while it cannot make one (API away, list
 * incomplete, document malformed) it reports why and says nothing else, so that the last good state stays in force.
 */
public interface NodeViewSource extends AutoCloseable {
    /** Begins to watch; returns at once. Called once. */
    void start(Listener listener);

    /** Ends the watch; no call to the listener begins after this returned. */
    @Override
    void close();

    /** Called from one thread of the source at a time. */
    interface Listener {
        /** A whole view that differs from the one before, or the first one. */
        void viewChanged(NodeView view);

        /**
         * What keeps the source from delivering what it sees now; an empty list when that has passed.
         *
         * @param problems one line each, naming the object or the file and line
         */
        void problemsChanged(List<String> problems);
    }
}
