package dev.espalier.agent.crypto;

import dev.espalier.esp.crypto.CipherBackend;
import dev.espalier.esp.crypto.EspTransform;
import dev.espalier.esp.crypto.PacketCipher;
import dev.espalier.linux.libcrypto.Libcrypto;
import dev.espalier.linux.libcrypto.LibcryptoException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** AEADs of OpenSSL's libcrypto. Works on packets where they lie, without copies and without garbage. */
public final class LibcryptoBackend implements CipherBackend {
    private final Libcrypto libcrypto;

    private LibcryptoBackend(Libcrypto libcrypto) {
        this.libcrypto = libcrypto;
    }

    /**
     * @param path of the library; null for the system's
     * @throws LibcryptoException when it cannot be used; the message says why
     */
    public static LibcryptoBackend load(@Nullable Path path) {
        LibcryptoBackend backend = new LibcryptoBackend(Libcrypto.load(path));
        for (EspTransform transform : EspTransform.values()) {
            backend.libcrypto
                    .context(cipherName(transform), new byte[transform.keyLength()])
                    .close();
        }
        return backend;
    }

    /** Whether the library is one of those with the fast AES-GCM. */
    public boolean isFast() {
        return libcrypto.isFast();
    }

    @Override
    public String description() {
        return libcrypto.version();
    }

    @Override
    public PacketCipher cipher(EspTransform transform, byte[] keymat, boolean extendedSequenceNumbers) {
        if (keymat.length != transform.keymatLength()) {
            throw new IllegalArgumentException(
                    transform + " takes " + transform.keymatLength() + " octets of KEYMAT, not " + keymat.length);
        }
        byte[] key = Arrays.copyOf(keymat, transform.keyLength());
        try {
            return new LibcryptoCipher(
                    transform,
                    libcrypto.context(cipherName(transform), key),
                    Arrays.copyOfRange(keymat, transform.keyLength(), keymat.length),
                    extendedSequenceNumbers);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static String cipherName(EspTransform transform) {
        return switch (transform) {
            case AES_128_GCM_16 -> "AES-128-GCM";
            case AES_256_GCM_16 -> "AES-256-GCM";
            case CHACHA20_POLY1305 -> "ChaCha20-Poly1305";
        };
    }
}
