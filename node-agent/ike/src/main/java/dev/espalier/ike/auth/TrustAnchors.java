package dev.espalier.ike.auth;

import dev.espalier.wire.Octets;
import java.security.cert.X509Certificate;
import java.util.Collection;

/** What CERTREQ payloads carry (RFC 7296 3.7): a hint to the peer and nothing more (IKE-49). */
public final class TrustAnchors {
    private TrustAnchors() {}

    /** Certification Authority field: SHA-1 hashes of the anchors' public keys, 20 octets each, in order. RFC 7296 3.7 names SHA-1; nothing rests on its strength. */
    public static Octets authorities(Collection<X509Certificate> anchors) {
        throw new UnsupportedOperationException();
    }
}
