package dev.espalier.agent.identity;

import dev.espalier.ike.LocalCredentials;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Puts credentials together after making sure that they are worth offering: the key belongs to the certificate, the certificate names
 * this node, is valid now, and its chain ends at a root we trust ourselves. Peers check the same again; here the point is that a
 * mistake shows where it was made.
 */
final class CredentialsCheck {
    private static final int SAN_DNS = 2;

    private CredentialsCheck() {}

    /**
     * @param certificateName file or object that the chain came from, for errors
     * @param keyName the same for the key
     */
    static LocalCredentials check(
            String nodeName,
            List<X509Certificate> chain,
            PrivateKey key,
            List<X509Certificate> anchors,
            Instant now,
            String certificateName,
            String keyName)
            throws IdentityException {
        X509Certificate leaf = chain.getFirst();
        if (now.isAfter(leaf.getNotAfter().toInstant())) {
            throw new IdentityException(
                    certificateName + ": expired at " + leaf.getNotAfter().toInstant());
        }
        if (now.isBefore(leaf.getNotBefore().toInstant())) {
            throw new IdentityException(certificateName + ": not valid before "
                    + leaf.getNotBefore().toInstant());
        }
        if (!dnsNames(leaf, certificateName).contains(nodeName)) {
            throw new IdentityException(certificateName + ": its subjectAltName has no DNS name '" + nodeName
                    + "', which is this node's identity");
        }
        if (!matches(leaf.getPublicKey(), key)) {
            throw new IdentityException(keyName + ": is not the key of the certificate in " + certificateName);
        }
        requirePath(chain, anchors, now, certificateName);
        return new LocalCredentials(nodeName, withoutRoots(chain), key, anchors);
    }

    /** Whether {@code chain} leads to one of {@code anchors} at this time. */
    static void requirePath(
            List<X509Certificate> chain, List<X509Certificate> anchors, Instant now, String certificateName)
            throws IdentityException {
        try {
            Set<TrustAnchor> trusted = new HashSet<>();
            anchors.forEach(anchor -> trusted.add(new TrustAnchor(anchor, null)));
            PKIXParameters parameters = new PKIXParameters(trusted);
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(withoutRoots(chain));
            CertPathValidator.getInstance("PKIX").validate(path, parameters);
        } catch (CertPathValidatorException e) {
            throw new IdentityException(certificateName + ": does not lead to a trusted root: " + e.getMessage(), e);
        } catch (GeneralSecurityException e) {
            throw new IdentityException(certificateName + ": cannot be checked: " + e.getMessage(), e);
        }
    }

    /** Whether the last certificate of {@code chain} was signed by {@code root}. */
    static boolean leadsTo(List<X509Certificate> chain, X509Certificate root) {
        X509Certificate last = withoutRoots(chain).getLast();
        if (!last.getIssuerX500Principal().equals(root.getSubjectX500Principal())) {
            return false;
        }
        try {
            last.verify(root.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            // By another key of the same name.
            return false;
        }
    }

    private static List<X509Certificate> withoutRoots(List<X509Certificate> chain) {
        return chain.stream()
                .filter(c -> c.equals(chain.getFirst())
                        || !c.getSubjectX500Principal().equals(c.getIssuerX500Principal()))
                .toList();
    }

    private static Set<String> dnsNames(X509Certificate certificate, String certificateName) throws IdentityException {
        Set<String> names = new HashSet<>();
        try {
            Collection<List<?>> entries = certificate.getSubjectAlternativeNames();
            if (entries != null) {
                entries.stream()
                        .filter(e -> e.getFirst() instanceof Integer type && type == SAN_DNS)
                        .forEach(e -> names.add(String.valueOf(e.get(1))));
            }
        } catch (CertificateParsingException e) {
            throw new IdentityException(certificateName + ": malformed subjectAltName", e);
        }
        return names;
    }

    static boolean matches(PublicKey publicKey, PrivateKey key) {
        if (!publicKey.getAlgorithm().equals(key.getAlgorithm())
                && !(publicKey.getAlgorithm().startsWith("Ed")
                        && key.getAlgorithm().startsWith("Ed"))) {
            return false;
        }
        String algorithm = switch (publicKey.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> publicKey.getAlgorithm();
        };
        byte[] probe = "espalier: does this key belong to this certificate".getBytes(StandardCharsets.UTF_8);
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(probe);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
