package dev.espalier.ike.crypto;

import dev.espalier.ike.proposal.IntegrityAlgorithm;
import dev.espalier.wire.Octets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES-CBC, then a truncated HMAC over the whole message up to the ICV (RFC 7296 3.14, RFC 3602). IVs are random, as CBC needs them. */
final class CbcSkCipher implements SkCipher {
    private static final int BLOCK = 16;

    private final IntegrityAlgorithm integrity;
    private final Prf hmac;
    private final Secret encryptionKey;
    private final Secret integrityKey;
    private final SecureRandom random;

    CbcSkCipher(IntegrityAlgorithm integrity, Secret encryptionKey, Secret integrityKey, SecureRandom random) {
        this.integrity = integrity;
        this.hmac = hmac(integrity);
        this.encryptionKey = Secret.wrap(encryptionKey.copy());
        this.integrityKey = Secret.wrap(integrityKey.copy());
        this.random = random;
    }

    @Override
    public int sealedLength(int length) {
        return BLOCK + (length / BLOCK + 1) * BLOCK + integrity.icvOctets();
    }

    @Override
    public int capacity(int sealedLength) {
        int blocks = Math.floorDiv(sealedLength - BLOCK - integrity.icvOctets(), BLOCK);
        return blocks * BLOCK - 1;
    }

    @Override
    public Octets seal(Octets preceding, Octets payloads) {
        byte[] iv = new byte[BLOCK];
        random.nextBytes(iv);
        byte[] plaintext = Arrays.copyOf(payloads.toArray(), (payloads.length() / BLOCK + 1) * BLOCK);
        plaintext[plaintext.length - 1] = (byte) (plaintext.length - payloads.length() - 1);
        byte[] ciphertext = crypt(Cipher.ENCRYPT_MODE, iv, plaintext);
        byte[] icv = icv(preceding, iv, ciphertext);
        return Octets.wrap(iv).concat(Octets.wrap(ciphertext)).concat(Octets.wrap(icv));
    }

    @Override
    public SkOpened open(Octets preceding, Octets sealed) {
        int icvAt = sealed.length() - integrity.icvOctets();
        if (icvAt < 2 * BLOCK) {
            return new SkOpened.Forged("shorter than IV, one block and ICV");
        }
        byte[] protectedPart = sealed.slice(0, icvAt).toArray();
        byte[] icv = sealed.slice(icvAt, integrity.icvOctets()).toArray();
        if (!MessageDigest.isEqual(icv, icv(preceding, protectedPart))) {
            return new SkOpened.Forged("ICV does not fit");
        }
        if (icvAt % BLOCK != 0) {
            return new SkOpened.Malformed(
                    "ciphertext of " + (icvAt - BLOCK) + " octets is no multiple of the block size");
        }
        byte[] iv = Arrays.copyOf(protectedPart, BLOCK);
        byte[] ciphertext = Arrays.copyOfRange(protectedPart, BLOCK, protectedPart.length);
        return Padding.strip(crypt(Cipher.DECRYPT_MODE, iv, ciphertext));
    }

    /** Known-answer test of the cipher alone. */
    boolean agrees(Octets iv, Octets plaintext, Octets ciphertext) {
        return Octets.wrap(crypt(Cipher.ENCRYPT_MODE, iv.toArray(), plaintext.toArray()))
                        .equals(ciphertext)
                && Octets.wrap(crypt(Cipher.DECRYPT_MODE, iv.toArray(), ciphertext.toArray()))
                        .equals(plaintext);
    }

    private byte[] icv(Octets preceding, byte[]... rest) {
        byte[][] parts = new byte[rest.length + 1][];
        parts[0] = preceding.toArray();
        System.arraycopy(rest, 0, parts, 1, rest.length);
        return Arrays.copyOf(hmac.mac(integrityKey.octets(), parts), integrity.icvOctets());
    }

    /** RFC 4868 2.3: the same HMACs as the PRFs, cut to half. */
    private static Prf hmac(IntegrityAlgorithm integrity) {
        return switch (integrity) {
            case HMAC_SHA2_256_128 -> Prf.HMAC_SHA2_256;
            case HMAC_SHA2_384_192 -> Prf.HMAC_SHA2_384;
            case HMAC_SHA2_512_256 -> Prf.HMAC_SHA2_512;
            case NONE -> throw new IllegalArgumentException("AES-CBC without integrity");
        };
    }

    private byte[] crypt(int mode, byte[] iv, byte[] input) {
        try {
            Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
            cipher.init(mode, new SecretKeySpec(encryptionKey.octets(), "AES"), new IvParameterSpec(iv));
            return cipher.doFinal(input);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-CBC failed on whole blocks", e);
        }
    }

    @Override
    public void close() {
        encryptionKey.close();
        integrityKey.close();
    }

    @Override
    public String toString() {
        return "CbcSkCipher[" + integrity + ", keys redacted]";
    }
}
