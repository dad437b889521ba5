package dev.espalier.ike.auth;

import dev.espalier.ike.message.AuthMethod;
import dev.espalier.ike.message.Payload;
import dev.espalier.wire.Octets;
import dev.espalier.wire.WireFormatException;
import dev.espalier.wire.WireReader;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.List;
import java.util.Optional;

/** Checks a peer's AUTH against a public key that its certificate vouches for. */
final class AuthVerifier {
    /** AlgorithmIdentifiers of 1.2.840.113549.1.1.x but RSASSA-PSS, which is known. */
    private static final String PKCS1_STEM = "300d06092a864886f70d0101";

    private AuthVerifier() {}

    /** Why the signature does not count, or nothing when it is good. */
    static Optional<String> problem(PublicKey key, Payload.Authentication auth, Octets authOctets) {
        return problem(key, auth, authOctets, true);
    }

    /** @param digitalSignatures whether the peer knows RFC 7427; only one that does not may use PKCS #1 v1.5 */
    static Optional<String> problem(
            PublicKey key, Payload.Authentication auth, Octets authOctets, boolean digitalSignatures) {
        Optional<String> keyProblem = PublicKeyRules.problem(key);
        if (keyProblem.isPresent()) {
            return keyProblem;
        }
        try {
            if (auth.method().equals(AuthMethod.DIGITAL_SIGNATURE)) {
                return digitalSignature(key, auth.data(), authOctets);
            }
            if (auth.method().equals(AuthMethod.RSA_SIGNATURE)) {
                return digitalSignatures
                        ? Optional.of("RSA PKCS #1 v1.5 is not accepted from a peer that knows RFC 7427")
                        : pkcs1(key, auth.data(), authOctets);
            }
            Optional<EcCurve> curve = EcCurve.ofMethod(auth.method());
            return curve.isPresent()
                    ? ecdsa(curve.get(), key, auth.data(), authOctets)
                    : Optional.of("auth method " + auth.method().value() + " is not accepted with certificates");
        } catch (WireFormatException e) {
            return Optional.of(e.getMessage() == null ? "malformed" : e.getMessage());
        } catch (GeneralSecurityException e) {
            return Optional.of("signature cannot be checked: " + e.getMessage());
        }
    }

    private static Optional<String> digitalSignature(PublicKey key, Octets value, Octets authOctets)
            throws GeneralSecurityException {
        WireReader reader = value.reader("AUTH");
        Octets algorithm = reader.octets(reader.u8("ASN.1 length"), "AlgorithmIdentifier");
        Optional<SignatureScheme> known = SignatureScheme.of(algorithm);
        if (known.isEmpty()) {
            return Optional.of(
                    algorithm.toHex().startsWith(PKCS1_STEM)
                            ? "RSA PKCS #1 v1.5 is not accepted from a peer that knows RFC 7427: let it use RSASSA-PSS"
                            : "signature algorithm " + PeerText.hex(algorithm) + " is not accepted");
        }
        SignatureScheme scheme = known.get();
        if (!scheme.fits(key)) {
            return Optional.of("signature algorithm " + scheme + " with a key for " + key.getAlgorithm());
        }
        Octets signature = reader.rest();
        if (key instanceof ECPublicKey ec) {
            EcdsaValue.requireDer(signature, EcCurve.of(ec).orElseThrow());
        }
        return verify(scheme.signature(), key, signature, authOctets);
    }

    private static Optional<String> ecdsa(EcCurve curve, PublicKey key, Octets signature, Octets authOctets)
            throws GeneralSecurityException {
        if (!(key instanceof ECPublicKey ec) || !EcCurve.of(ec).equals(Optional.of(curve))) {
            return Optional.of("auth method " + curve.method().value() + " needs a key on " + curve);
        }
        EcdsaValue.requirePlain(signature, curve);
        return verify(curve.scheme().plainSignature(), key, signature, authOctets);
    }

    /**
     * RFC 7296 3.8 leaves the hash to the signer and names SHA-1, which we never accept (SIG-02); the signature holds with one of ours or
     * does not count.
     */
    private static Optional<String> pkcs1(PublicKey key, Octets signature, Octets authOctets)
            throws GeneralSecurityException {
        if (!(key instanceof RSAPublicKey rsa)) {
            return Optional.of("auth method 1 needs an RSA key");
        }
        if (signature.length() != (rsa.getModulus().bitLength() + 7) / 8) {
            return Optional.of("RSA signature of " + signature.length() + " octets");
        }
        for (String algorithm : List.of("SHA256withRSA", "SHA384withRSA", "SHA512withRSA")) {
            if (verify(Signature.getInstance(algorithm), key, signature, authOctets)
                    .isEmpty()) {
                return Optional.empty();
            }
        }
        return Optional.of("signature does not fit with SHA2-256, SHA2-384 or SHA2-512 (SHA-1 is not accepted)");
    }

    private static Optional<String> verify(Signature verifier, PublicKey key, Octets signature, Octets authOctets)
            throws GeneralSecurityException {
        verifier.initVerify(key);
        verifier.update(authOctets.toArray());
        return verifier.verify(signature.toArray()) ? Optional.empty() : Optional.of("signature does not fit");
    }
}
