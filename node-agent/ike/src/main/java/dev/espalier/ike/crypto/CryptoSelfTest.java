package dev.espalier.ike.crypto;

import dev.espalier.ike.proposal.EncryptionAlgorithm;
import dev.espalier.ike.proposal.IntegrityAlgorithm;
import dev.espalier.ike.proposal.KeyExchangeMethod;
import dev.espalier.ike.proposal.PrfAlgorithm;
import dev.espalier.wire.Octets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Known-answer tests at start-up of every transform that a proposal may name, so that a JVM whose providers lack one or compute it
 * wrongly is found out before a peer is. Answers are those of RFC 4231, RFC 7634, NIST SP 800-38A and the GCM specification, and of
 * {@link KnownAgreement}; ML-KEM, whose key generation JCA keeps random, has to agree with itself and to reject implicitly.
 */
public final class CryptoSelfTest {
    private CryptoSelfTest() {}

    @FunctionalInterface
    private interface Test {
        boolean holds() throws GeneralSecurityException;
    }

    /** What failed, by the transform's spelling in proposals; empty when all is well. Takes some tens of milliseconds. */
    public static List<String> failures(SecureRandom random) {
        List<String> failures = new ArrayList<>();
        for (PrfAlgorithm algorithm : PrfAlgorithm.values()) {
            run(failures, algorithm.toString(), () -> prf(algorithm));
        }
        for (EncryptionAlgorithm algorithm : EncryptionAlgorithm.values()) {
            run(failures, algorithm.toString(), () -> encryption(algorithm, random));
        }
        for (KeyExchangeMethod method : KeyExchangeMethod.values()) {
            run(failures, method.toString(), () -> keyExchange(method, random));
        }
        return failures;
    }

    private static void run(List<String> failures, String name, Test test) {
        try {
            if (!test.holds()) {
                failures.add(name + ": wrong answer");
            }
        } catch (GeneralSecurityException | IllegalStateException e) {
            failures.add(name + ": " + e);
        }
    }

    /** RFC 4231 4.3; the integrity algorithms are these, cut. */
    private static boolean prf(PrfAlgorithm algorithm) {
        Secret key = Secret.wrap(Octets.fromHex("4a656665").toArray());
        Octets data = Octets.fromHex("7768617420646f2079612077616e7420666f72206e6f7468696e673f");
        String expected = switch (algorithm) {
            case HMAC_SHA2_256 -> "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
            case HMAC_SHA2_384 ->
                "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e" + "8e2240ca5e69e2c78b3239ecfab21649";
            case HMAC_SHA2_512 ->
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                        + "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737";
        };
        return Prf.of(algorithm).compute(key, data).equals(Octets.fromHex(expected));
    }

    private static boolean encryption(EncryptionAlgorithm algorithm, SecureRandom random) {
        return switch (algorithm) {
            case AES_GCM_16_128 -> gcm(16, "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf");
            case AES_GCM_16_256 -> gcm(32, "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
            case CHACHA20_POLY1305 -> chaCha20Poly1305(random);
            case AES_CBC_128 -> cbc("2b7e151628aed2a6abf7158809cf4f3c", "7649abac8119b246cee98e9b12e9197d", random);
            case AES_CBC_256 ->
                cbc(
                        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
                        "f58c4c04d6e5f1ba779eabfb5f7bfbd6",
                        random);
        };
    }

    /** Test cases 2 and 14 of the GCM specification: everything zero. */
    private static boolean gcm(int keyLength, String expected) {
        byte[] sealed = Aead.AES_GCM.seal(new byte[keyLength], new byte[12], new byte[0], new byte[16]);
        return Octets.wrap(sealed).equals(Octets.fromHex(expected))
                && Aead.AES_GCM
                        .open(new byte[keyLength], new byte[12], new byte[0], sealed)
                        .map(Octets::wrap)
                        .equals(Optional.of(Octets.wrap(new byte[16])))
                && Aead.AES_GCM
                        .open(new byte[keyLength], new byte[12], new byte[1], sealed)
                        .isEmpty();
    }

    /** RFC 7634 appendix B: an INFORMATIONAL request that deletes an SA. */
    private static boolean chaCha20Poly1305(SecureRandom random) {
        Octets header = Octets.fromHex("c0c1c2c3c4c5c6c7d0d1d2d3d4d5d6d72e202500000000090000004529000029");
        Octets sealed = Octets.fromHex("1011121314151617610394701f8d017f7c129248896b71bfe25236efd7cdc67066906315b2");
        Secret key =
                Secret.wrap(Octets.fromHex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3")
                        .toArray());
        SkCipher cipher = SkAlgorithm.of(EncryptionAlgorithm.CHACHA20_POLY1305, IntegrityAlgorithm.NONE)
                .cipher(key, Secret.wrap(new byte[0]), random);
        return cipher.open(header, sealed).equals(new SkOpened.Authentic(Octets.fromHex("0000000c000040010000000a")))
                && cipher.open(header, sealed.slice(0, sealed.length() - 1)) instanceof SkOpened.Forged;
    }

    /** NIST SP 800-38A F.2.1 and F.2.5, first block. */
    private static boolean cbc(String key, String expected, SecureRandom random) {
        Octets keyOctets = Octets.fromHex(key);
        CbcSkCipher cipher = new CbcSkCipher(
                IntegrityAlgorithm.HMAC_SHA2_256_128,
                Secret.wrap(keyOctets.toArray()),
                Secret.wrap(new byte[32]),
                random);
        return cipher.agrees(
                Octets.fromHex("000102030405060708090a0b0c0d0e0f"),
                Octets.fromHex("6bc1bee22e409f96e93d7e117393172a"),
                Octets.fromHex(expected));
    }

    private static boolean keyExchange(KeyExchangeMethod method, SecureRandom random) throws GeneralSecurityException {
        return switch (method) {
            case X25519 -> KnownAgreement.X25519.holds();
            case X448 -> KnownAgreement.X448.holds();
            case ECP_256 -> KnownAgreement.P256.holds();
            case ECP_384 -> KnownAgreement.P384.holds();
            case ECP_521 -> KnownAgreement.P521.holds();
            case MODP_2048 -> KnownAgreement.modp(ModpKeyExchange.MODP_2048);
            case MODP_3072 -> KnownAgreement.modp(ModpKeyExchange.MODP_3072);
            case MODP_4096 -> KnownAgreement.modp(ModpKeyExchange.MODP_4096);
            case ML_KEM_512, ML_KEM_768, ML_KEM_1024 -> kem(KeyExchange.of(method), random);
        };
    }

    private static boolean kem(KeyExchange exchange, SecureRandom random) {
        try (KeyExchange.Offer offer = exchange.initiate(random)) {
            if (!(exchange.respond(offer.publicValue(), random)
                    instanceof KeyExchange.Agreed(Octets ciphertext, Secret secret))) {
                return false;
            }
            byte[] altered = ciphertext.toArray();
            altered[0] ^= 1;
            return offer.complete(ciphertext) instanceof KeyExchange.Agreed(Octets own, Secret same)
                    && own.equals(offer.publicValue())
                    && same.equals(secret)
                    && offer.complete(Octets.wrap(altered)) instanceof KeyExchange.Agreed(Octets again, Secret other)
                    && again.equals(own)
                    && !other.equals(secret);
        }
    }
}
