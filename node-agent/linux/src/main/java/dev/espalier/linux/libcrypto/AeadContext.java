package dev.espalier.linux.libcrypto;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One key of an AEAD in OpenSSL (EVP_EncryptInit(3), "AEAD interface"), kept scheduled: a packet sets nothing but its nonce. Works in place. Not
 * thread-safe, and not to be used after {@link #close}, which frees native memory.
 */
public final class AeadContext implements AutoCloseable {
    private static final int TAG_BYTES = 16;
    private static final int GET_TAG = 0x10;
    private static final int SET_TAG = 0x11;
    private static final int ENCRYPT = 1;
    private static final int DECRYPT = 0;

    private final Libcrypto libcrypto;
    private final long context;
    private final Arena arena = Arena.ofAuto();
    /** Where OpenSSL stores how much it wrote, which is always all. */
    private final long written = arena.allocate(8, 8).address();

    AeadContext(Libcrypto libcrypto, long context, long algorithm, byte[] key) {
        this.libcrypto = libcrypto;
        this.context = context;
        try (Arena temporary = Arena.ofConfined()) {
            MemorySegment copy = temporary.allocate(key.length, 8);
            MemorySegment.copy(key, 0, copy, ValueLayout.JAVA_BYTE, 0, key.length);
            long set = Libcrypto.call(libcrypto.cipherInit, context, algorithm, 0, copy.address(), 0, ENCRYPT);
            copy.fill((byte) 0);
            check(set, "EVP_CipherInit_ex");
        }
    }

    /**
     * Encrypts {@code length} octets at {@code text} and writes the tag of 16 octets behind them.
     *
     * @param nonce address of 12 octets, never used before with this key
     * @param associated address of data that is authenticated as well
     */
    public void seal(long nonce, long associated, int associatedLength, long text, int length) {
        begin(ENCRYPT, nonce, associated, associatedLength);
        check(Libcrypto.call(libcrypto.cipherUpdate, context, text, written, text, length), "EVP_CipherUpdate");
        check(Libcrypto.call(libcrypto.cipherFinal, context, text + length, written), "EVP_CipherFinal_ex");
        check(
                Libcrypto.call(libcrypto.contextControl, context, GET_TAG, TAG_BYTES, text + length),
                "EVP_CTRL_AEAD_GET_TAG");
    }

    /**
     * Decrypts {@code length} octets at {@code text} if the tag of 16 octets behind them is right.
     *
     * @return false if not; {@code text} is then as it was
     */
    public boolean open(long nonce, long associated, int associatedLength, long text, int length) {
        begin(DECRYPT, nonce, associated, associatedLength);
        check(Libcrypto.call(libcrypto.cipherUpdate, context, text, written, text, length), "EVP_CipherUpdate");
        check(
                Libcrypto.call(libcrypto.contextControl, context, SET_TAG, TAG_BYTES, text + length),
                "EVP_CTRL_AEAD_SET_TAG");
        if (isOne(Libcrypto.call(libcrypto.cipherFinal, context, text + length, written))) {
            return true;
        }
        // Both ciphers are a key stream that is added: adding it once more brings back what came in.
        begin(DECRYPT, nonce, associated, associatedLength);
        check(Libcrypto.call(libcrypto.cipherUpdate, context, text, written, text, length), "EVP_CipherUpdate");
        return false;
    }

    private void begin(int direction, long nonce, long associated, int associatedLength) {
        check(Libcrypto.call(libcrypto.cipherInit, context, 0, 0, 0, nonce, direction), "EVP_CipherInit_ex");
        check(
                Libcrypto.call(libcrypto.cipherUpdate, context, 0, written, associated, associatedLength),
                "EVP_CipherUpdate");
    }

    /** OpenSSL wipes the key schedule. */
    @Override
    public void close() {
        Libcrypto.call(libcrypto.contextFree, context);
    }

    /** An int result leaves the upper half of the register undefined. */
    private static boolean isOne(long result) {
        return (int) result == 1;
    }

    private static void check(long result, String call) {
        if (!isOne(result)) {
            throw new LibcryptoException(call + " failed");
        }
    }
}
