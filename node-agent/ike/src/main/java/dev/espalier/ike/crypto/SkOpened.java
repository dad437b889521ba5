package dev.espalier.ike.crypto;

import dev.espalier.wire.Octets;

/** What came of opening an Encrypted payload. */
public sealed interface SkOpened {
    /**
     * The peer made it.
     *
     * @param payloads the inner payloads, without padding
     */
    record Authentic(Octets payloads) implements SkOpened {}

    /** Nothing is known of it but that the peer did not make it as it is: to be dropped without effect (RFC 7296 2.21.3). */
    record Forged(String reason) implements SkOpened {}

    /** The peer did make it, and its padding is impossible: INVALID_SYNTAX (IKE-35). */
    record Malformed(String reason) implements SkOpened {}
}
