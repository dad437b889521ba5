package dev.espalier.ike.crypto;

import dev.espalier.ike.proposal.KeyExchangeMethod;
import dev.espalier.wire.Octets;
import dev.espalier.wire.WireWriter;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import javax.crypto.DecapsulateException;
import javax.crypto.KEM;

/**
 * ML-KEM (FIPS 203, draft-ietf-ipsecme-ikev2-mlkem): the initiator's public value is the encapsulation key, the responder's is the
 * ciphertext, the secret has 32 octets.
 */
enum MlKemKeyExchange implements KeyExchange {
    ML_KEM_512(KeyExchangeMethod.ML_KEM_512, "ML-KEM-512", 1, 800, 768),
    ML_KEM_768(KeyExchangeMethod.ML_KEM_768, "ML-KEM-768", 2, 1184, 1088),
    ML_KEM_1024(KeyExchangeMethod.ML_KEM_1024, "ML-KEM-1024", 3, 1568, 1568);

    private static final int Q = 3329;

    /** Octets of an encapsulation key behind its coefficients (FIPS 203 algorithm 13). */
    private static final int RHO = 32;

    /** AlgorithmIdentifier up to the last arc of its object identifier: 2.16.840.1.101.3.4.4. */
    private static final Octets ALGORITHM = Octets.fromHex("300b06096086480165030404");

    private final KeyExchangeMethod method;
    private final String parameterSet;
    private final int oidTail;
    private final int keyLength;
    private final int ciphertextLength;

    /** @param oidTail last arc of the parameter set's object identifier */
    MlKemKeyExchange(KeyExchangeMethod method, String parameterSet, int oidTail, int keyLength, int ciphertextLength) {
        this.method = method;
        this.parameterSet = parameterSet;
        this.oidTail = oidTail;
        this.keyLength = keyLength;
        this.ciphertextLength = ciphertextLength;
    }

    @Override
    public KeyExchangeMethod method() {
        return method;
    }

    @Override
    public Offer initiate(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(parameterSet);
            generator.initialize(new NamedParameterSpec(parameterSet), random);
            KeyPair pair = generator.generateKeyPair();
            Octets encoded = Octets.wrap(pair.getPublic().getEncoded());
            Octets key = encoded.slice(encoded.length() - keyLength, keyLength);
            return new KeyPairOffer(method, key, ciphertext -> decapsulate(pair.getPrivate(), key, ciphertext));
        } catch (GeneralSecurityException e) {
            throw unavailable(e);
        }
    }

    @Override
    public Result respond(Octets initiatorPublic, SecureRandom random) {
        try {
            PublicKey key = decode(initiatorPublic);
            KEM.Encapsulated made =
                    KEM.getInstance("ML-KEM").newEncapsulator(key, null, random).encapsulate();
            return new Agreed(
                    Octets.wrap(made.encapsulation()), Secret.wrap(made.key().getEncoded()));
        } catch (InvalidKeyException e) {
            return new Refused("encapsulation key for " + parameterSet + ": " + e.getMessage());
        } catch (GeneralSecurityException e) {
            throw unavailable(e);
        }
    }

    Result decapsulate(PrivateKey own, Octets ownPublic, Octets ciphertext) {
        if (ciphertext.length() != ciphertextLength) {
            return new Refused("ciphertext for " + parameterSet + ": " + ciphertext.length() + " octets instead of "
                    + ciphertextLength);
        }
        try {
            byte[] secret = KEM.getInstance("ML-KEM")
                    .newDecapsulator(own)
                    .decapsulate(ciphertext.toArray())
                    .getEncoded();
            return new Agreed(ownPublic, Secret.wrap(secret));
        } catch (DecapsulateException e) {
            return new Refused("ciphertext for " + parameterSet + ": " + e.getMessage());
        } catch (GeneralSecurityException e) {
            throw unavailable(e);
        }
    }

    /** Length and modulus check of FIPS 203 7.2, then the key. */
    PublicKey decode(Octets value) throws GeneralSecurityException {
        if (value.length() != keyLength) {
            throw new InvalidKeyException(value.length() + " octets instead of " + keyLength);
        }
        for (int i = 0; i < keyLength - RHO; i += 3) {
            int low = value.get(i) | ((value.get(i + 1) & 0xf) << 8);
            int high = (value.get(i + 1) >>> 4) | (value.get(i + 2) << 4);
            if (low >= Q || high >= Q) {
                throw new InvalidKeyException("a coefficient is not below " + Q);
            }
        }
        byte[] encoded = new WireWriter(keyLength + 32)
                .u8(0x30)
                .u8(0x82)
                .u16(ALGORITHM.length() + 1 + 5 + keyLength)
                .octets(ALGORITHM)
                .u8(oidTail)
                .u8(0x03)
                .u8(0x82)
                .u16(1 + keyLength)
                .u8(0)
                .octets(value)
                .toArray();
        return KeyFactory.getInstance("ML-KEM").generatePublic(new X509EncodedKeySpec(encoded));
    }

    private IllegalStateException unavailable(GeneralSecurityException cause) {
        return new IllegalStateException(parameterSet + " is not to be had from this JVM's providers", cause);
    }
}
