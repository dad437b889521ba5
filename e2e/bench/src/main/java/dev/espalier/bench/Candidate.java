package dev.espalier.bench;

import java.io.IOException;
import java.util.List;

/** One way to bring packets from pod to pod. */
interface Candidate extends AutoCloseable {
    /** As the table names it. */
    String name();

    /** Makes both ends; returns when they run, before they have agreed on keys. */
    void start(Topology topology) throws IOException;

    /** Processes that carry packets: both ends of them. */
    List<Process> daemons();

    /** Version of what was started, for the record. */
    String version() throws IOException;

    @Override
    void close();
}
