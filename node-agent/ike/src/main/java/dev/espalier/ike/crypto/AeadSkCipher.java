package dev.espalier.ike.crypto;

import dev.espalier.wire.Octets;
import java.util.Arrays;
import java.util.Optional;

/**
 * RFC 5282 and RFC 7634: key and 4 octets of salt from SK_e, an explicit IV of 8 octets, everything before the IV as associated data.
 * The IV is a counter, which cannot repeat within the life of one key because it lives and dies with it (ALG-05).
 */
final class AeadSkCipher implements SkCipher {
    private static final int SALT = 4;
    private static final int IV = 8;
    private static final int PAD_LENGTH = 1;

    private final Aead aead;
    private final Secret key;
    private final byte[] salt;
    private long nextIv;

    AeadSkCipher(Aead aead, Secret keyAndSalt, int keyLength) {
        this.aead = aead;
        this.key = Secret.slice(keyAndSalt.octets(), 0, keyLength);
        this.salt = Arrays.copyOfRange(keyAndSalt.octets(), keyLength, keyLength + SALT);
    }

    @Override
    public int sealedLength(int length) {
        return IV + length + PAD_LENGTH + Aead.TAG;
    }

    @Override
    public int capacity(int sealedLength) {
        return sealedLength - IV - PAD_LENGTH - Aead.TAG;
    }

    @Override
    public Octets seal(Octets preceding, Octets payloads) {
        if (nextIv == -1) {
            throw new IllegalStateException("IVs of this key are used up");
        }
        byte[] nonce = nonce(nextIv++);
        // An AEAD needs no alignment here, so the padding is empty and its length octet 0 (RFC 5282 3).
        byte[] plaintext = Arrays.copyOf(payloads.toArray(), payloads.length() + PAD_LENGTH);
        byte[] ciphertext = aead.seal(key.octets(), nonce, preceding.toArray(), plaintext);
        byte[] sealed = new byte[IV + ciphertext.length];
        System.arraycopy(nonce, SALT, sealed, 0, IV);
        System.arraycopy(ciphertext, 0, sealed, IV, ciphertext.length);
        return Octets.wrap(sealed);
    }

    @Override
    public SkOpened open(Octets preceding, Octets sealed) {
        if (sealed.length() < IV + PAD_LENGTH + Aead.TAG) {
            return new SkOpened.Forged("shorter than IV and ICV");
        }
        byte[] nonce = nonce(sealed.reader("IV").i64("IV"));
        byte[] ciphertext = sealed.slice(IV, sealed.length() - IV).toArray();
        Optional<byte[]> plaintext = aead.open(key.octets(), nonce, preceding.toArray(), ciphertext);
        return plaintext.map(Padding::strip).orElseGet(() -> new SkOpened.Forged("ICV does not fit"));
    }

    @Override
    public long ivsUsed() {
        return nextIv;
    }

    @Override
    public void skipIvs(long used) {
        nextIv = used;
    }

    private byte[] nonce(long iv) {
        byte[] nonce = Arrays.copyOf(salt, SALT + IV);
        for (int i = 0; i < IV; i++) {
            nonce[SALT + i] = (byte) (iv >>> (56 - 8 * i));
        }
        return nonce;
    }

    @Override
    public void close() {
        key.close();
        Arrays.fill(salt, (byte) 0);
    }

    @Override
    public String toString() {
        return "AeadSkCipher[" + aead + ", key redacted]";
    }
}
