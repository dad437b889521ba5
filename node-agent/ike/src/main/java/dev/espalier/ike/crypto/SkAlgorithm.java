package dev.espalier.ike.crypto;

import dev.espalier.ike.proposal.EncryptionAlgorithm;
import dev.espalier.ike.proposal.IkeSuite;
import dev.espalier.ike.proposal.IntegrityAlgorithm;
import java.security.SecureRandom;

/** How an IKE SA protects its Encrypted payloads: by an AEAD (RFC 5282, 7634), or by AES-CBC and then HMAC (RFC 3602, 4868). */
public final class SkAlgorithm {
    private final EncryptionAlgorithm encryption;
    private final IntegrityAlgorithm integrity;

    private SkAlgorithm(EncryptionAlgorithm encryption, IntegrityAlgorithm integrity) {
        if (encryption.aead() != (integrity == IntegrityAlgorithm.NONE)) {
            throw new IllegalArgumentException(encryption + " with integrity '" + integrity + "'");
        }
        this.encryption = encryption;
        this.integrity = integrity;
    }

    public static SkAlgorithm of(IkeSuite suite) {
        return new SkAlgorithm(suite.encryption(), suite.integrity());
    }

    static SkAlgorithm of(EncryptionAlgorithm encryption, IntegrityAlgorithm integrity) {
        return new SkAlgorithm(encryption, integrity);
    }

    /** Octets of SK_ei and SK_er, salt included. */
    int encryptionKeyLength() {
        return encryption.keyMaterialOctets();
    }

    /** Octets of SK_ai and SK_ar; 0 under an AEAD. */
    int integrityKeyLength() {
        return integrity.keyOctets();
    }

    /** For what the original initiator of this IKE SA sends. The keys are copied. */
    public SkCipher initiatorCipher(IkeKeys keys, SecureRandom random) {
        return cipher(keys.skEi(), keys.skAi(), random);
    }

    /** For what the original responder of this IKE SA sends. The keys are copied. */
    public SkCipher responderCipher(IkeKeys keys, SecureRandom random) {
        return cipher(keys.skEr(), keys.skAr(), random);
    }

    SkCipher cipher(Secret encryptionKey, Secret integrityKey, SecureRandom random) {
        if (encryptionKey.length() != encryptionKeyLength() || integrityKey.length() != integrityKeyLength()) {
            throw new IllegalArgumentException("keys of " + encryptionKey.length() + " and " + integrityKey.length()
                    + " octets do not fit " + this);
        }
        return switch (encryption) {
            case AES_GCM_16_128, AES_GCM_16_256 ->
                new AeadSkCipher(Aead.AES_GCM, encryptionKey, encryption.keyOctets());
            case CHACHA20_POLY1305 -> new AeadSkCipher(Aead.CHACHA20_POLY1305, encryptionKey, encryption.keyOctets());
            case AES_CBC_128, AES_CBC_256 -> new CbcSkCipher(integrity, encryptionKey, integrityKey, random);
        };
    }

    @Override
    public String toString() {
        return encryption.aead() ? encryption.toString() : encryption + "-" + integrity;
    }
}
