package dev.espalier.ike.crypto;

import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Key material that is wiped on {@link #close()} and never printed (IKE-56). Equality takes time that depends on the length alone.
 * Use after close throws {@link IllegalStateException}. Not thread-safe.
 */
public final class Secret implements AutoCloseable {
    private final byte[] octets;
    private boolean closed;

    private Secret(byte[] octets) {
        this.octets = octets;
    }

    /** Takes over {@code octets}, which the caller must never touch again. */
    public static Secret wrap(byte[] octets) {
        return new Secret(octets);
    }

    /** A copy of {@code length} octets of {@code octets} from {@code offset}. */
    static Secret slice(byte[] octets, int offset, int length) {
        return new Secret(Arrays.copyOfRange(octets, offset, offset + length));
    }

    public int length() {
        return octets.length;
    }

    /** A copy, which whoever asked for it has to wipe. */
    public byte[] copy() {
        return octets().clone();
    }

    /** The octets themselves: neither to be kept nor changed. */
    byte[] octets() {
        if (closed) {
            throw new IllegalStateException("secret used after it was wiped");
        }
        return octets;
    }

    @Override
    public void close() {
        closed = true;
        Arrays.fill(octets, (byte) 0);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Secret other && MessageDigest.isEqual(octets(), other.octets());
    }

    /** By length alone: a hash of the content would tell something of it. */
    @Override
    public int hashCode() {
        return octets.length;
    }

    @Override
    public String toString() {
        return "Secret[" + octets.length + " octets]";
    }
}
