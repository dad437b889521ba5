package dev.espalier.ike.auth;

import java.math.BigInteger;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Optional;
import java.util.Set;

/** Which public keys we let sign anything, AUTH or certificate. */
final class PublicKeyRules {
    private static final int MIN_RSA_BITS = 2048;

    /** Beyond this a verification costs a hostile peer nothing and us milliseconds. */
    private static final int MAX_RSA_BITS = 8192;

    /** FIPS 186-5 A.1.1: {@code 2^16 < e < 2^256}. */
    private static final int MIN_EXPONENT_BITS = 17;

    private static final int MAX_EXPONENT_BITS = 256;

    /** RFC 8420. */
    private static final Set<String> EDWARDS_CURVES = Set.of("Ed25519", "Ed448");

    private PublicKeyRules() {}

    /** Why this key is refused, if it is. */
    static Optional<String> problem(PublicKey key) {
        return switch (key) {
            case ECPublicKey ec ->
                EcCurve.of(ec).isPresent()
                        ? Optional.empty()
                        : Optional.of("EC key on another curve than P-256, P-384, P-521");
            case RSAPublicKey rsa -> problem(rsa);
            case EdECPublicKey ed ->
                EDWARDS_CURVES.contains(ed.getParams().getName())
                        ? Optional.empty()
                        : Optional.of(ed.getParams().getName() + " key");
            default -> Optional.of(key.getAlgorithm() + " key");
        };
    }

    private static Optional<String> problem(RSAPublicKey key) {
        BigInteger n = key.getModulus();
        BigInteger e = key.getPublicExponent();
        if (n.bitLength() < MIN_RSA_BITS || n.bitLength() > MAX_RSA_BITS) {
            return Optional.of("RSA key of " + n.bitLength() + " bits");
        }
        if (n.signum() <= 0 || !n.testBit(0)) {
            return Optional.of("RSA key with an even modulus");
        }
        if (e.signum() <= 0
                || !e.testBit(0)
                || e.bitLength() < MIN_EXPONENT_BITS
                || e.bitLength() > MAX_EXPONENT_BITS) {
            return Optional.of("RSA key with a degenerate exponent");
        }
        return Optional.empty();
    }
}
