package dev.espalier.agent.handover;

import dev.espalier.linux.libc.Fd;
import dev.espalier.linux.unix.UnixConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A process that stands by, seen by the agent in charge. One thread at a time. See {@link Predecessor} for the messages. */
public final class Successor implements AutoCloseable {
    private static final long PATIENCE_NANOS = Duration.ofSeconds(5).toNanos();

    private final UnixConnection connection;
    private final String version;

    Successor(UnixConnection connection, String version) {
        this.connection = connection;
        this.version = version;
    }

    /** Of the program that it is. */
    public String version() {
        return version;
    }

    /**
     * Sends everything and waits until it has arrived. Nothing of it may be in use from before this call until the successor has turned out not to
     * have it for good.
     *
     * @throws IOException when the successor has gone or takes too long: the connection is of no use any more, and all of it is still ours
     */
    public void offer(HandedOver all) throws IOException, HandoverException {
        List<Fd> descriptors = new ArrayList<>(all.tunQueues());
        descriptors.addAll(all.sockets());
        byte[] content = all.encode();
        try {
            Frames.send(connection, Frames.Type.STATE, content, descriptors, PATIENCE_NANOS);
        } finally {
            Arrays.fill(content, (byte) 0);
        }
        Frames.receive(connection, Frames.Type.TAKEN, PATIENCE_NANOS);
    }

    /**
     * Makes it the successor's. When this throws, it is not.
     *
     * @throws IOException when the successor has gone
     */
    public void commit() throws IOException {
        Frames.send(connection, Frames.Type.COMMIT, "", PATIENCE_NANOS);
    }

    @Override
    public void close() {
        connection.close();
    }
}
