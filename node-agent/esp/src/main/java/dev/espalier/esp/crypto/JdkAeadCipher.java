package dev.espalier.esp.crypto;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;

/**
 * An AEAD by {@link Cipher}. The text is copied to heap arrays and back: on off-heap buffers the JDK's AES-GCM measured two to four times
 * slower than on arrays, since it copies inside, in small steps.
 *
 * <p>The nonce is salt and IV; the IV is the sequence number, a counter that is never used twice under one key (RFC 4106 section 3,
 * RFC 7634 section 2). Associated data is SPI and sequence number, with ESN all 64 bits of it (RFC 4106 section 5).
 */
final class JdkAeadCipher implements PacketCipher {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private final EspTransform transform;
    private final Cipher cipher;
    private final AeadKey key;
    private final byte[] nonce = new byte[12];
    private final byte[] associated;
    private final MemorySegment nonceView = MemorySegment.ofArray(nonce);
    private final MemorySegment associatedView;

    /** Takes over {@code key}; copies {@code salt}. */
    JdkAeadCipher(EspTransform transform, AeadKey key, byte[] salt, boolean extendedSequenceNumbers) {
        this.transform = transform;
        this.key = key;
        this.associated = new byte[extendedSequenceNumbers ? 12 : 8];
        this.associatedView = MemorySegment.ofArray(associated);
        System.arraycopy(salt, 0, nonce, 0, salt.length);
        try {
            cipher = Cipher.getInstance(
                    transform == EspTransform.CHACHA20_POLY1305 ? "ChaCha20-Poly1305" : "AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has no " + transform, e);
        }
    }

    @Override
    public void seal(MemorySegment memory, long at, int textLength, long sequence) {
        Scratch scratch = Scratch.ofThread(textLength + transform.icvLength());
        memory.set(LONG, at + 8, sequence);
        long textAt = at + transform.headerLength();
        MemorySegment.copy(memory, BYTE, textAt, scratch.in, 0, textLength);
        try {
            begin(Cipher.ENCRYPT_MODE, memory, at, sequence);
            int length = cipher.doFinal(scratch.in, 0, textLength, scratch.out, 0);
            MemorySegment.copy(scratch.out, 0, memory, BYTE, textAt, length);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("sealing failed", e);
        }
    }

    @Override
    public boolean open(MemorySegment memory, long at, int textLength, long sequence) {
        int sealedLength = textLength + transform.icvLength();
        Scratch scratch = Scratch.ofThread(sealedLength);
        long textAt = at + transform.headerLength();
        MemorySegment.copy(memory, BYTE, textAt, scratch.in, 0, sealedLength);
        try {
            begin(Cipher.DECRYPT_MODE, memory, at, sequence);
            int length = cipher.doFinal(scratch.in, 0, sealedLength, scratch.out, 0);
            MemorySegment.copy(scratch.out, 0, memory, BYTE, textAt, length);
            return true;
        } catch (AEADBadTagException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("opening failed", e);
        }
    }

    private void begin(int mode, MemorySegment memory, long at, long sequence) throws GeneralSecurityException {
        MemorySegment.copy(memory, at + 8, nonceView, transform.saltLength(), transform.ivLength());
        AlgorithmParameterSpec parameters = transform == EspTransform.CHACHA20_POLY1305
                ? new IvParameterSpec(nonce)
                : new GCMParameterSpec(transform.icvLength() * 8, nonce);
        cipher.init(mode, key, parameters);
        associatedView.set(INT, 0, memory.get(INT, at));
        if (associated.length == 12) {
            associatedView.set(LONG, 4, sequence);
        } else {
            associatedView.set(INT, 4, (int) sequence);
        }
        cipher.updateAAD(associated);
    }

    @Override
    public void close() {
        key.destroy();
    }

    /** Two arrays a thread, as long as its longest packet so far; an SA that owned them would multiply them by thousands. */
    private static final class Scratch {
        private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

        private byte[] in = new byte[2048];
        private byte[] out = new byte[2048];

        static Scratch ofThread(int length) {
            Scratch scratch = OF_THREAD.get();
            if (scratch.in.length < length) {
                scratch.in = new byte[length + 1024];
                scratch.out = new byte[length + 1024];
            }
            return scratch;
        }
    }
}
