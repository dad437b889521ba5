package dev.espalier.ike.crypto;

import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** An AEAD with a nonce of 12 octets and a tag of 16. */
enum Aead {
    AES_GCM("AES/GCM/NoPadding", "AES"),
    CHACHA20_POLY1305("ChaCha20-Poly1305", "ChaCha20");

    static final int TAG = 16;

    private final String transformation;
    private final String keyAlgorithm;

    Aead(String transformation, String keyAlgorithm) {
        this.transformation = transformation;
        this.keyAlgorithm = keyAlgorithm;
    }

    /** Ciphertext and tag. */
    byte[] seal(byte[] key, byte[] nonce, byte[] associated, byte[] plaintext) {
        try {
            Cipher cipher = init(Cipher.ENCRYPT_MODE, key, nonce, associated);
            return cipher.doFinal(plaintext);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(this + " cannot seal", e);
        }
    }

    /** The plaintext, or nothing when the tag does not fit. */
    Optional<byte[]> open(byte[] key, byte[] nonce, byte[] associated, byte[] sealed) {
        if (sealed.length < TAG) {
            return Optional.empty();
        }
        try {
            Cipher cipher = init(Cipher.DECRYPT_MODE, key, nonce, associated);
            return Optional.of(cipher.doFinal(sealed));
        } catch (AEADBadTagException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(this + " cannot open", e);
        }
    }

    private Cipher init(int mode, byte[] key, byte[] nonce, byte[] associated) throws GeneralSecurityException {
        AlgorithmParameterSpec spec = switch (this) {
            case AES_GCM -> new GCMParameterSpec(8 * TAG, nonce);
            case CHACHA20_POLY1305 -> new IvParameterSpec(nonce);
        };
        Cipher cipher = Cipher.getInstance(transformation);
        cipher.init(mode, new SecretKeySpec(key, keyAlgorithm), spec);
        cipher.updateAAD(associated);
        return cipher;
    }
}
