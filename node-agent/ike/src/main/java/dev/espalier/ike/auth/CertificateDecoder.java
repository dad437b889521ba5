package dev.espalier.ike.auth;

import dev.espalier.wire.Octets;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;

/** DER from a peer to certificates: exactly one in each CERT payload, bounded in size. */
final class CertificateDecoder {
    /** Of one certificate; large enough for post-quantum keys and signatures. */
    static final int MAX_OCTETS = 16 * 1024;

    private CertificateDecoder() {}

    /** Checked, since a malformed certificate is nothing but a reason to refuse; caught within this package. */
    static X509Certificate decode(Octets der) throws CertificateException {
        if (der.length() > MAX_OCTETS) {
            throw new CertificateException(der.length() + " octets");
        }
        // The factory would also take PEM, PKCS #7, and whatever follows the first certificate.
        if (der.isEmpty() || der.get(0) != 0x30) {
            throw new CertificateException("not DER");
        }
        try {
            byte[] octets = der.toArray();
            X509Certificate certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(octets));
            if (!Arrays.equals(certificate.getEncoded(), octets)) {
                throw new CertificateException("octets behind the certificate");
            }
            // The signature's BIT STRING ends a certificate. Its count of unused bits is not signed, and the JDK takes
            // one that
            // is not 0 when the bits left out are: two encodings of one certificate.
            int unusedBitsAt = octets.length - certificate.getSignature().length - 1;
            if (unusedBitsAt < 0 || octets[unusedBitsAt] != 0) {
                throw new CertificateException("signature that is no whole number of octets");
            }
            // Both are parsed on demand, so that errors in them would come up later than here.
            certificate.getSubjectAlternativeNames();
            certificate.getPublicKey();
            return certificate;
        } catch (RuntimeException e) {
            // Parsers of hostile ASN.1 in a provider of someone's choice: an unchecked exception is malformed input,
            // too.
            throw new CertificateException(e.toString(), e);
        }
    }
}
