package dev.espalier.ike.crypto;

/**
 * KEYMAT of a pair of child SAs, cut in two (RFC 7296 2.17). Roles are those of the exchange that made the pair, which need not be
 * those of the IKE SA. Each half holds the encryption key, then the salt (AEAD) or the integrity key.
 */
public final class ChildKeys implements AutoCloseable {
    private final Secret initiatorToResponder;
    private final Secret responderToInitiator;

    /** Takes both over. */
    public ChildKeys(Secret initiatorToResponder, Secret responderToInitiator) {
        this.initiatorToResponder = initiatorToResponder;
        this.responderToInitiator = responderToInitiator;
    }

    public Secret initiatorToResponder() {
        return initiatorToResponder;
    }

    public Secret responderToInitiator() {
        return responderToInitiator;
    }

    @Override
    public void close() {
        initiatorToResponder.close();
        responderToInitiator.close();
    }

    @Override
    public String toString() {
        return "ChildKeys[redacted]";
    }
}
