package dev.espalier.ike.auth;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Set;

/** Decides whether a peer's certificates and AUTH prove its identity. Immutable, thread-safe. */
public final class PeerAuthenticator {
    /**
     * @param anchors the only certificates that are trusted by themselves
     * @param revoked serial numbers in lower-case hex
     */
    public PeerAuthenticator(Collection<X509Certificate> anchors, Set<String> revoked) {}

    /**
     * Path, then identity, then signature.
     *
     * @param expected who the peer has to be; from its configuration, not from the peer
     */
    public PeerVerdict authenticate(Identity expected, PeerProof proof, Instant now) {
        throw new UnsupportedOperationException();
    }
}
