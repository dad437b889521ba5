package dev.espalier.ike.auth;

import dev.espalier.wire.Octets;
import dev.espalier.wire.WireWriter;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Collection;

/** What CERTREQ payloads carry (RFC 7296 3.7): a hint to the peer and nothing more (IKE-49). */
public final class TrustAnchors {
    private TrustAnchors() {}

    /**
     * Certification Authority field: SHA-1 hashes of the anchors' SubjectPublicKeyInfo, 20 octets each, in order. RFC 7296 3.7 names
     * SHA-1; nothing rests on its strength.
     */
    public static Octets authorities(Collection<X509Certificate> anchors) {
        try {
            WireWriter hashes = new WireWriter(20 * anchors.size());
            for (X509Certificate anchor : anchors) {
                hashes.octets(MessageDigest.getInstance("SHA-1")
                        .digest(anchor.getPublicKey().getEncoded()));
            }
            return hashes.toOctets();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-1 is not to be had from this JVM's providers", e);
        }
    }
}
