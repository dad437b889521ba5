package dev.espalier.ike.auth;

import dev.espalier.wire.Octets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What we demand of single certificates, beyond RFC 5280's path validation or before it (RFC 4945 5.1, SIG-07). Each gives a reason to refuse, or nothing. */
final class CertificateRules {
    private static final String RSASSA_PSS = "1.2.840.113549.1.1.10";

    /** ECDSA, Ed25519, Ed448 and RSA PKCS #1 v1.5 with SHA-2. PKCS #1 v1.5 is no scheme for AUTH, yet what most RSA certificates are signed with. */
    private static final Set<String> SIGNATURES = Set.of(
            "1.2.840.10045.4.3.2",
            "1.2.840.10045.4.3.3",
            "1.2.840.10045.4.3.4",
            "1.3.101.112",
            "1.3.101.113",
            "1.2.840.113549.1.1.11",
            "1.2.840.113549.1.1.12",
            "1.2.840.113549.1.1.13");

    private static final int KEY_USAGE_DIGITAL_SIGNATURE = 0;
    private static final int KEY_USAGE_CERT_SIGN = 5;

    /** ipsecIKE (RFC 4945 5.1.3.12), anyExtendedKeyUsage; serverAuth and clientAuth, since no common CA issues the first. */
    private static final Set<String> EXTENDED_KEY_USAGES =
            Set.of("1.3.6.1.5.5.7.3.17", "2.5.29.37.0", "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");

    private CertificateRules() {}

    static String name(X509Certificate certificate) {
        return "certificate '"
                + PeerText.of(certificate.getSubjectX500Principal().getName()) + "' (serial "
                + PeerText.of(certificate.getSerialNumber().toString(16)) + ")";
    }

    /** For each certificate but the anchor. */
    static Optional<String> problem(X509Certificate certificate, Instant now, Duration skew) {
        return validity(certificate, now, skew)
                .or(() -> signatureAlgorithm(certificate))
                .or(() -> PublicKeyRules.problem(certificate.getPublicKey()))
                .map(reason -> name(certificate) + ": " + reason);
    }

    /** For the end entity, in addition. */
    static Optional<String> endEntityProblem(X509Certificate certificate) {
        return endEntityReason(certificate).map(reason -> name(certificate) + ": " + reason);
    }

    /** For an anchor: its own signature and constraints on its name prove nothing, but it has to be a CA, in date, with a sound key. */
    static Optional<String> anchorProblem(X509Certificate anchor, Instant now, Duration skew) {
        return (anchor.getBasicConstraints() < 0 ? Optional.of("is no CA") : Optional.<String>empty())
                .or(() -> lacksKeyUsage(anchor, KEY_USAGE_CERT_SIGN)
                        ? Optional.of("its key usage does not allow signing certificates")
                        : Optional.empty())
                .or(() -> validity(anchor, now, skew))
                .or(() -> PublicKeyRules.problem(anchor.getPublicKey()))
                .map(reason -> "trust anchor " + name(anchor) + ": " + reason);
    }

    private static Optional<String> endEntityReason(X509Certificate certificate) {
        if (certificate.getBasicConstraints() >= 0) {
            return Optional.of("is a CA and no end entity");
        }
        if (lacksKeyUsage(certificate, KEY_USAGE_DIGITAL_SIGNATURE)) {
            return Optional.of("its key usage does not allow digital signatures");
        }
        try {
            List<String> usages = certificate.getExtendedKeyUsage();
            if (usages != null && usages.stream().noneMatch(EXTENDED_KEY_USAGES::contains)) {
                return Optional.of("its extended key usages " + PeerText.of(usages.toString()) + " do not allow IKE");
            }
        } catch (CertificateParsingException e) {
            return Optional.of("its extended key usage is malformed");
        }
        return Optional.empty();
    }

    private static boolean lacksKeyUsage(X509Certificate certificate, int bit) {
        boolean[] usage = certificate.getKeyUsage();
        return usage != null && !usage[bit];
    }

    private static Optional<String> validity(X509Certificate certificate, Instant now, Duration skew) {
        Instant notBefore = certificate.getNotBefore().toInstant();
        Instant notAfter = certificate.getNotAfter().toInstant();
        if (now.isBefore(notBefore.minus(skew))) {
            return Optional.of("not valid before " + notBefore + ", and it is " + now);
        }
        if (now.isAfter(notAfter.plus(skew))) {
            return Optional.of("expired at " + notAfter + ", and it is " + now);
        }
        return Optional.empty();
    }

    private static Optional<String> signatureAlgorithm(X509Certificate certificate) {
        String oid = certificate.getSigAlgOID();
        byte[] parameters = certificate.getSigAlgParams();
        boolean known = oid.equals(RSASSA_PSS)
                ? parameters != null && SignatureScheme.knowsPssParameters(Octets.wrap(parameters))
                : SIGNATURES.contains(oid);
        return known
                ? Optional.empty()
                : Optional.of("signed with " + PeerText.of(certificate.getSigAlgName()) + ", which is not accepted");
    }
}
