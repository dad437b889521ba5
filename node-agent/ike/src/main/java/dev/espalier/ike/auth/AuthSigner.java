package dev.espalier.ike.auth;

import dev.espalier.ike.message.AuthMethod;
import dev.espalier.ike.message.Payload;
import dev.espalier.wire.Octets;
import dev.espalier.wire.WireWriter;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Makes our own AUTH with a private key: by RFC 7427, or for a peer that does not know that by RFC 4754 or RSA PKCS #1 v1.5 (RFC 7296 3.8). */
public final class AuthSigner {
    private AuthSigner() {}

    /**
     * Signs with ECDSA, Ed25519, Ed448 or RSASSA-PSS, as the key is.
     *
     * @param key private half of {@code certified}; may live in a provider that never shows it
     * @param certified public key of our end-entity certificate
     * @param peerHashes what the peer announced; empty when it sent no SIGNATURE_HASH_ALGORITHMS, in which case only RFC 4754
     *     and PKCS #1 v1.5 are left, the latter with SHA2-256
     * @param authOctets see {@link AuthOctets}
     */
    public static Signing sign(
            PrivateKey key,
            PublicKey certified,
            Set<HashAlgorithm> peerHashes,
            Octets authOctets,
            SecureRandom random) {
        Optional<String> problem = PublicKeyRules.problem(certified);
        if (problem.isPresent()) {
            return new Signing.Refused("own certificate has an unusable key: " + problem.get());
        }
        try {
            Optional<SignatureScheme> scheme = choose(certified, peerHashes);
            if (scheme.isPresent()) {
                return new Signing.Signed(digitalSignature(scheme.get(), key, authOctets, random));
            }
            if (peerHashes.isEmpty() && certified instanceof ECPublicKey ec) {
                return new Signing.Signed(ecdsa(EcCurve.of(ec).orElseThrow(), key, authOctets, random));
            }
            if (peerHashes.isEmpty() && certified instanceof RSAPublicKey) {
                return new Signing.Signed(new Payload.Authentication(
                        AuthMethod.RSA_SIGNATURE,
                        sign(Signature.getInstance("SHA256withRSA"), key, authOctets, random)));
            }
            return new Signing.Refused("peer accepts no hash that goes with our " + certified.getAlgorithm()
                    + " key; it announced " + (peerHashes.isEmpty() ? "none" : peerHashes));
        } catch (GeneralSecurityException e) {
            return new Signing.Refused("own private key cannot sign: " + e.getMessage());
        }
    }

    private static Optional<SignatureScheme> choose(PublicKey key, Set<HashAlgorithm> peerHashes) {
        Stream<SignatureScheme> ofCurve =
                key instanceof ECPublicKey ec ? EcCurve.of(ec).map(EcCurve::scheme).stream() : Stream.empty();
        List<SignatureScheme> preferred =
                Stream.concat(ofCurve, Arrays.stream(SignatureScheme.values())).toList();
        return preferred.stream()
                .filter(scheme -> scheme.fits(key) && peerHashes.contains(scheme.hash()))
                .findFirst();
    }

    /** {@code ASN.1 Length | AlgorithmIdentifier | Signature Value} (RFC 7427 3). */
    private static Payload.Authentication digitalSignature(
            SignatureScheme scheme, PrivateKey key, Octets authOctets, SecureRandom random)
            throws GeneralSecurityException {
        Octets value = sign(scheme.signature(), key, authOctets, random);
        return new Payload.Authentication(
                AuthMethod.DIGITAL_SIGNATURE,
                new WireWriter()
                        .u8(scheme.algorithmIdentifier().length())
                        .octets(scheme.algorithmIdentifier())
                        .octets(value)
                        .toOctets());
    }

    private static Payload.Authentication ecdsa(EcCurve curve, PrivateKey key, Octets authOctets, SecureRandom random)
            throws GeneralSecurityException {
        return new Payload.Authentication(
                curve.method(), sign(curve.scheme().plainSignature(), key, authOctets, random));
    }

    private static Octets sign(Signature signature, PrivateKey key, Octets authOctets, SecureRandom random)
            throws GeneralSecurityException {
        signature.initSign(key, random);
        signature.update(authOctets.toArray());
        return Octets.wrap(signature.sign());
    }
}
