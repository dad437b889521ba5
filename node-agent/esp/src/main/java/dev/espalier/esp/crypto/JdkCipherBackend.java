package dev.espalier.esp.crypto;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;

/** AEADs of the JDK's own provider (or of whichever provider stands first in the security configuration). Nothing native. */
public final class JdkCipherBackend implements CipherBackend {
    @Override
    public String description() {
        try {
            return "JDK " + Runtime.version() + ", "
                    + Cipher.getInstance("AES/GCM/NoPadding").getProvider().getName();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has no AES-GCM", e);
        }
    }

    @Override
    public PacketCipher cipher(EspTransform transform, byte[] keymat, boolean extendedSequenceNumbers) {
        if (keymat.length != transform.keymatLength()) {
            throw new IllegalArgumentException(
                    transform + " takes " + transform.keymatLength() + " octets of KEYMAT, not " + keymat.length);
        }
        String algorithm = transform == EspTransform.CHACHA20_POLY1305 ? "ChaCha20" : "AES";
        AeadKey key = new AeadKey(algorithm, Arrays.copyOf(keymat, transform.keyLength()));
        byte[] salt = Arrays.copyOfRange(keymat, transform.keyLength(), keymat.length);
        return new JdkAeadCipher(transform, key, salt, extendedSequenceNumbers);
    }
}
