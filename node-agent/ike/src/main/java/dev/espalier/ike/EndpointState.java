package dev.espalier.ike;

import java.util.Arrays;

/**
 * All that one process has to know to go on with the IKE SAs of another: see {@link IkeEndpoint#save} and {@link IkeEndpoint#restore}. It holds
 * every key of the node's tunnels: it belongs into no file and no log, and is to be closed as soon as it has been passed on. Not thread-safe.
 */
public final class EndpointState implements AutoCloseable {
    private final byte[] octets;

    private EndpointState(byte[] octets) {
        this.octets = octets;
    }

    /** Takes over {@code octets}, which {@link #close()} wipes. */
    public static EndpointState of(byte[] octets) {
        return new EndpointState(octets);
    }

    /** The octets themselves, not a copy. */
    public byte[] octets() {
        return octets;
    }

    /** Wipes it. */
    @Override
    public void close() {
        Arrays.fill(octets, (byte) 0);
    }

    @Override
    public String toString() {
        return "EndpointState[" + octets.length + " octets]";
    }
}
