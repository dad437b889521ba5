package dev.espalier.agent.handover;

import dev.espalier.linux.libc.Fd;
import dev.espalier.linux.unix.UnixConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * The agent that is in charge, seen by the one that stands by. One thread.
 *
 * <pre>
 *   successor: HELLO ─▶  ◀─ WELCOME   READY ─▶   ...until the predecessor is told to end...
 *                        ◀─ STATE, descriptors   TAKEN ─▶   ◀─ COMMIT
 * </pre>
 */
public final class Predecessor implements AutoCloseable {
    private static final long PATIENCE_NANOS = Duration.ofSeconds(5).toNanos();
    /** How long the predecessor may take to send all of its state, from the first octet on. */
    private static final long STATE_NANOS = Duration.ofSeconds(10).toNanos();

    private final UnixConnection connection;
    private final String version;

    private Predecessor(UnixConnection connection, String version) {
        this.connection = connection;
        this.version = version;
    }

    /**
     * @param ownVersion of this program
     * @throws IOException when nobody answers there
     * @throws HandoverException when it will not hand over to us, with its reason
     */
    public static Predecessor connect(Path socket, String ownVersion) throws IOException, HandoverException {
        UnixConnection connection = UnixConnection.connect(socket);
        try {
            byte[] hello = new Hello(Hello.PROTOCOL, ownVersion).encode();
            Frames.send(connection, Frames.Type.HELLO, hello, List.of(), PATIENCE_NANOS);
            byte[] welcome = Frames.receive(connection, Frames.Type.WELCOME, PATIENCE_NANOS);
            return new Predecessor(connection, new String(welcome, StandardCharsets.UTF_8));
        } catch (IOException | HandoverException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** Of the program that it is. */
    public String version() {
        return version;
    }

    /** Tells it that this process could begin at any moment. */
    public void ready() throws IOException {
        Frames.send(connection, Frames.Type.READY, "", PATIENCE_NANOS);
    }

    /**
     * Waits a moment for what it hands over, or for its end.
     *
     * @return whether {@link #take} would tell which
     */
    public boolean awaitOffer(Duration time) throws IOException {
        return connection.awaitInput(time.toNanos());
    }

    /**
     * Receives everything. Nothing of it may be used before {@link #confirm} has returned.
     *
     * @throws IOException when it has gone
     */
    public HandedOver take() throws IOException, HandoverException {
        byte[] content = Frames.receive(connection, Frames.Type.STATE, STATE_NANOS);
        List<Fd> descriptors = connection.takeDescriptors();
        try {
            return HandedOver.decode(content, descriptors);
        } catch (HandoverException | RuntimeException e) {
            descriptors.forEach(Fd::close);
            throw e;
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    /**
     * Says that all of it is here, and waits until it is ours alone.
     *
     * @throws IOException when the predecessor has gone, or goes on by itself: then nothing of what it sent may be used
     */
    public void confirm() throws IOException, HandoverException {
        Frames.send(connection, Frames.Type.TAKEN, "", PATIENCE_NANOS);
        Frames.receive(connection, Frames.Type.COMMIT, PATIENCE_NANOS);
    }

    @Override
    public void close() {
        connection.close();
    }
}
