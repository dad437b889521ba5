package dev.espalier.ike.auth;

import dev.espalier.wire.Octets;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.Set;

/** Makes our own AUTH with a private key (RFC 7427). */
public final class AuthSigner {
    private AuthSigner() {}

    /**
     * Signs with ECDSA, Ed25519 or RSASSA-PSS, as the key is.
     *
     * @param key private half of {@code certified}
     * @param certified public key of our end-entity certificate
     * @param peerHashes what the peer announced; empty when it sent no SIGNATURE_HASH_ALGORITHMS, in which case only RFC 4754 is left
     */
    public static Signing sign(
            PrivateKey key, PublicKey certified, Set<HashAlgorithm> peerHashes, Octets authOctets, SecureRandom random) {
        throw new UnsupportedOperationException();
    }
}
