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
import java.util.Optional;

/** Checks a peer's AUTH against a public key that its certificate vouches for. */
final class AuthVerifier {
    private AuthVerifier() {}

    /** Why the signature does not count, or nothing when it is good. */
    static Optional<String> problem(PublicKey key, Payload.Authentication auth, Octets authOctets) {
        Optional<String> keyProblem = PublicKeyRules.problem(key);
        if (keyProblem.isPresent()) {
            return keyProblem;
        }
        try {
            if (auth.method().equals(AuthMethod.DIGITAL_SIGNATURE)) {
                return digitalSignature(key, auth.data(), authOctets);
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
            return Optional.of("signature algorithm " + PeerText.hex(algorithm) + " is not accepted");
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

    private static Optional<String> verify(Signature verifier, PublicKey key, Octets signature, Octets authOctets)
            throws GeneralSecurityException {
        verifier.initVerify(key);
        verifier.update(authOctets.toArray());
        return verifier.verify(signature.toArray()) ? Optional.empty() : Optional.of("signature does not fit");
    }
}
