package dev.espalier.ike.crypto;

import java.security.SecureRandom;
import java.util.Optional;

/** How an IKE SA protects its Encrypted payloads: an AEAD (RFC 5282, 7634), or AES-CBC and then HMAC (RFC 3602, 4868). */
public final class SkAlgorithm {
    private static final int ENCR_AES_CBC = 12;
    private static final int ENCR_AES_GCM_16 = 20;
    private static final int ENCR_CHACHA20_POLY1305 = 28;
    private static final int SALT = 4;

    private final Optional<Aead> aead;
    private final Optional<HmacIntegrity> integrity;
    private final int cipherKeyLength;

    private SkAlgorithm(Optional<Aead> aead, Optional<HmacIntegrity> integrity, int cipherKeyLength) {
        this.aead = aead;
        this.integrity = integrity;
        this.cipherKeyLength = cipherKeyLength;
    }

    /**
     * The algorithm that a pair of transforms stands for, if we have it.
     *
     * @param encryptionId ENCR transform (type 1)
     * @param keyBits its Key Length attribute, 0 without one
     * @param integrityId INTEG transform (type 3), 0 for NONE
     */
    public static Optional<SkAlgorithm> of(int encryptionId, int keyBits, int integrityId) {
        return switch (encryptionId) {
            case ENCR_AES_GCM_16 -> aesKey(keyBits) && integrityId == 0 ? Optional.of(aead(Aead.AES_GCM, keyBits / 8)) : Optional.empty();
            case ENCR_CHACHA20_POLY1305 ->
                keyBits == 0 && integrityId == 0 ? Optional.of(aead(Aead.CHACHA20_POLY1305, 32)) : Optional.empty();
            case ENCR_AES_CBC ->
                aesKey(keyBits)
                        ? HmacIntegrity.ofTransform(integrityId)
                                .map(mac -> new SkAlgorithm(Optional.empty(), Optional.of(mac), keyBits / 8))
                        : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static boolean aesKey(int bits) {
        return bits == 128 || bits == 256;
    }

    private static SkAlgorithm aead(Aead aead, int keyLength) {
        return new SkAlgorithm(Optional.of(aead), Optional.empty(), keyLength);
    }

    /** Octets of SK_ei and SK_er, salt included. */
    public int encryptionKeyLength() {
        return aead.isPresent() ? cipherKeyLength + SALT : cipherKeyLength;
    }

    /** Octets of SK_ai and SK_ar; 0 under an AEAD. */
    public int integrityKeyLength() {
        return integrity.map(HmacIntegrity::keyLength).orElse(0);
    }

    /** For what the initiator of this IKE SA sends. The keys are copied; lengths other than the algorithm's throw {@link IllegalArgumentException}. */
    public SkCipher initiatorCipher(IkeKeys keys, SecureRandom random) {
        return cipher(keys.skEi(), keys.skAi(), random);
    }

    /** For what the responder of this IKE SA sends. The keys are copied; lengths other than the algorithm's throw {@link IllegalArgumentException}. */
    public SkCipher responderCipher(IkeKeys keys, SecureRandom random) {
        return cipher(keys.skEr(), keys.skAr(), random);
    }

    SkCipher cipher(Secret encryptionKey, Secret integrityKey, SecureRandom random) {
        if (encryptionKey.length() != encryptionKeyLength() || integrityKey.length() != integrityKeyLength()) {
            throw new IllegalArgumentException("keys of " + encryptionKey.length() + " and " + integrityKey.length()
                    + " octets do not fit " + this);
        }
        if (aead.isPresent()) {
            return new AeadSkCipher(aead.get(), encryptionKey, cipherKeyLength);
        }
        return new CbcSkCipher(integrity.orElseThrow(), encryptionKey, integrityKey, random);
    }

    @Override
    public String toString() {
        return aead.map(a -> a + "-" + 8 * cipherKeyLength)
                .orElseGet(() -> "AES_CBC-" + 8 * cipherKeyLength + "/" + integrity.orElseThrow());
    }
}
