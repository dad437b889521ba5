package dev.espalier.agent.observe;

import dev.espalier.crds.v1alpha1.IPSecNodeStatus.CertificateStatus;
import dev.espalier.ike.LocalCredentials;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** What the node's object says about the credentials in force; a CA roll waits for it (CSR-07). */
public final class CertificateReport {
    private CertificateReport() {}

    /** Null for a node without credentials. */
    public static @Nullable CertificateStatus of(@Nullable LocalCredentials credentials) {
        if (credentials == null) {
            return null;
        }
        return new CertificateStatus(
                credentials.serial(),
                credentials.chain().getFirst().getNotAfter().toInstant().toString(),
                credentials.trustAnchors().stream()
                        .filter(anchor -> signed(anchor, credentials.chain().getLast()))
                        .map(CertificateReport::fingerprint)
                        .findFirst()
                        .orElse(null),
                credentials.trustAnchors().stream()
                        .map(CertificateReport::fingerprint)
                        .toList());
    }

    private static boolean signed(X509Certificate anchor, X509Certificate last) {
        if (!anchor.getSubjectX500Principal().equals(last.getIssuerX500Principal())) {
            return false;
        }
        try {
            last.verify(anchor.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            // By another key of the same name.
            return false;
        }
    }

    /** SHA-256 over the DER, lower-case hexadecimal. */
    static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("hashing a certificate", e);
        }
    }
}
