package dev.espalier.esp.crypto;

import java.lang.foreign.MemorySegment;

/**
 * The transform of one SA in one direction under one key. Works in place on a packet laid out as {@link EspTransform} says.
 *
 * <p>Not thread-safe: the SA calls it under its own lock. A sequence number must never be given to {@link #seal} twice, since the IV
 * is made of it (RFC 4106 section 3).
 */
public interface PacketCipher extends AutoCloseable {
    /**
     * Writes the IV, encrypts the text and writes the ICV behind it.
     *
     * @param at where the ESP header starts in {@code memory}; SPI and sequence number are there already
     * @param textLength octets behind the IV to encrypt, without the ICV
     * @param sequence all 64 bits; the upper half takes part only with extended sequence numbers
     */
    void seal(MemorySegment memory, long at, int textLength, long sequence);

    /**
     * Checks the ICV in constant time, then decrypts the text.
     *
     * @param textLength octets behind the IV, without the ICV
     * @param sequence all 64 bits, as the replay window inferred them
     * @return whether the packet is authentic; if not, {@code memory} is as it was before
     */
    boolean open(MemorySegment memory, long at, int textLength, long sequence);

    /** Wipes the key as far as the implementation lets it. Neither method may be called afterwards. */
    @Override
    void close();
}
