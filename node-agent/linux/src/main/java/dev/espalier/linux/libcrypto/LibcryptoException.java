package dev.espalier.linux.libcrypto;

/** libcrypto cannot be used, or refused a call that cannot fail by what is on the wire. */
public final class LibcryptoException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LibcryptoException(String message) {
        super(message);
    }
}
