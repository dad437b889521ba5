package dev.espalier.operator.pki;

import dev.espalier.operator.pki.Denial.Reason;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;

/** The key of a request: EC on P-256 or P-384 by name, Ed25519, or RSA from 3072 bits with e = 65537 (CSR-04). */
final class RequestKey {
    private static final int MIN_RSA_BITS = 3072;
    private static final int MAX_RSA_BITS = 8192;

    private RequestKey() {}

    /** Why the key is not taken; empty when it is and the request's signature is by it. */
    static Optional<Denial> wrong(PKCS10CertificationRequest request) {
        SubjectPublicKeyInfo info = request.getSubjectPublicKeyInfo();
        if (jcaName(info).isEmpty()) {
            return denied("the key is of kind " + describe(info.getAlgorithm())
                    + "; must be EC on P-256 or P-384, Ed25519, or RSA of at least " + MIN_RSA_BITS + " bits");
        }
        try {
            PublicKey key = of(request);
            if (key instanceof RSAPublicKey rsa && !acceptable(rsa)) {
                return denied("the RSA key has " + rsa.getModulus().bitLength() + " bits and exponent "
                        + rsa.getPublicExponent() + "; must be " + MIN_RSA_BITS + " to " + MAX_RSA_BITS
                        + " bits and 65537");
            }
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                return denied("the request is not signed by its own key");
            }
            return Optional.empty();
        } catch (OperatorCreationException | PKCSException | RuntimeException e) {
            // The ASN.1 library throws what it likes on hostile input.
            return denied("the request's key or signature cannot be checked: " + e.getMessage());
        }
    }

    /**
     * By the JDK's own decoding, which refuses points off the curve.
     *
     * @throws IllegalArgumentException when the key is not well formed
     */
    static PublicKey of(PKCS10CertificationRequest request) {
        SubjectPublicKeyInfo info = request.getSubjectPublicKeyInfo();
        try {
            return KeyFactory.getInstance(jcaName(info).orElseThrow())
                    .generatePublic(new X509EncodedKeySpec(info.getEncoded()));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("the public key is not well formed: " + e.getMessage(), e);
        }
    }

    private static boolean acceptable(RSAPublicKey key) {
        int bits = key.getModulus().bitLength();
        return bits >= MIN_RSA_BITS
                && bits <= MAX_RSA_BITS
                && key.getModulus().testBit(0)
                && key.getPublicExponent().equals(BigInteger.valueOf(65537));
    }

    private static Optional<String> jcaName(SubjectPublicKeyInfo info) {
        AlgorithmIdentifier algorithm = info.getAlgorithm();
        ASN1ObjectIdentifier oid = algorithm.getAlgorithm();
        if (oid.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
            // Only curves by name: explicit parameters can name a curve of the sender's own making.
            return SECObjectIdentifiers.secp256r1.equals(algorithm.getParameters())
                            || SECObjectIdentifiers.secp384r1.equals(algorithm.getParameters())
                    ? Optional.of("EC")
                    : Optional.empty();
        }
        if (oid.equals(EdECObjectIdentifiers.id_Ed25519)) {
            return Optional.of("Ed25519");
        }
        return oid.equals(PKCSObjectIdentifiers.rsaEncryption) ? Optional.of("RSA") : Optional.empty();
    }

    private static String describe(AlgorithmIdentifier algorithm) {
        return algorithm.getParameters() instanceof ASN1ObjectIdentifier parameters
                ? algorithm.getAlgorithm() + " with " + parameters
                : algorithm.getAlgorithm().toString();
    }

    private static Optional<Denial> denied(String message) {
        return Optional.of(new Denial(Reason.WRONG_KEY, message));
    }
}
