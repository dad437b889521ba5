package dev.espalier.ike.message;

/**
 * What all {@link Reassembler}s of one endpoint may hold together (FRG-04). Single-threaded, as the engine is.
 */
public final class FragmentBudget {
    /** Octets that suffice for hundreds of peers in mid-handshake and hurt no one. */
    public static final int DEFAULT_OCTETS = 4 << 20;

    private final int maxOctets;
    private int octets;

    /** @param maxOctets of all fragments held at one time */
    public FragmentBudget(int maxOctets) {
        this.maxOctets = maxOctets;
    }

    /** Octets of the fragments that are held now. */
    public int octets() {
        return octets;
    }

    boolean take(int more) {
        if (more > maxOctets - octets) {
            return false;
        }
        octets += more;
        return true;
    }

    void giveBack(int less) {
        octets -= less;
    }
}
