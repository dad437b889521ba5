package dev.espalier.ike.crypto;

import dev.espalier.ike.proposal.KeyExchangeMethod;
import dev.espalier.wire.Octets;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import javax.crypto.KeyAgreement;
import javax.crypto.interfaces.DHPublicKey;
import javax.crypto.spec.DHParameterSpec;
import javax.crypto.spec.DHPublicKeySpec;

/** The MODP groups of RFC 3526 with generator 2; public values and the secret are as long as the prime (RFC 7296 3.4, 2.14). */
@SuppressWarnings("ImmutableEnumChecker") // Parameter specs of JCA never change.
enum ModpKeyExchange implements DiffieHellman {
    MODP_2048(KeyExchangeMethod.MODP_2048, 2048, 225),
    MODP_3072(KeyExchangeMethod.MODP_3072, 3072, 275),
    MODP_4096(KeyExchangeMethod.MODP_4096, 4096, 325);

    private final KeyExchangeMethod method;
    private final int length;
    private final DHParameterSpec parameters;

    /** @param exponentBits twice the strength that RFC 7919 appendix A gives for a prime of this size */
    ModpKeyExchange(KeyExchangeMethod method, int bits, int exponentBits) {
        this.method = method;
        this.length = bits / 8;
        this.parameters = new DHParameterSpec(ModpPrimes.ofBits(bits), BigInteger.TWO, exponentBits);
    }

    @Override
    public KeyExchangeMethod method() {
        return method;
    }

    int bits() {
        return 8 * length;
    }

    @Override
    public KeyPair generate(SecureRandom random) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("DH");
        generator.initialize(parameters, random);
        return generator.generateKeyPair();
    }

    @Override
    public Octets encode(PublicKey key) {
        return UnsignedNumbers.encode(((DHPublicKey) key).getY(), length);
    }

    @Override
    public PublicKey decode(Octets value) throws GeneralSecurityException {
        if (value.length() != length) {
            throw new InvalidKeyException(value.length() + " octets instead of " + length);
        }
        BigInteger y = UnsignedNumbers.decode(value);
        BigInteger p = parameters.getP();
        // RFC 6989 2.1: 1 < y < p-1, enough because these primes are safe.
        if (y.compareTo(BigInteger.ONE) <= 0 || y.compareTo(p.subtract(BigInteger.ONE)) >= 0) {
            throw new InvalidKeyException("the number is not within 2..p-2");
        }
        return KeyFactory.getInstance("DH").generatePublic(new DHPublicKeySpec(y, p, parameters.getG()));
    }

    @Override
    public byte[] agree(PrivateKey own, PublicKey peer) throws GeneralSecurityException {
        KeyAgreement agreement = KeyAgreement.getInstance("DH");
        agreement.init(own);
        agreement.doPhase(peer, true);
        byte[] secret = agreement.generateSecret();
        if (secret.length != length) {
            throw new IllegalStateException("this JVM's provider strips leading zeros of a DH secret");
        }
        return secret;
    }
}
