package dev.espalier.ike.crypto;

import dev.espalier.wire.Octets;

/**
 * Protects or opens the inside of Encrypted payloads (SK, SKF) under one key, that is for one direction of one IKE SA (RFC 7296 3.14,
 * RFC 5282). What this makes and takes is everything behind the payload's header: {@code IV | ciphertext | ICV}. For SKF that header
 * includes Fragment Number and Total Fragments (RFC 7383 2.5). Not thread-safe.
 */
public interface SkCipher extends AutoCloseable {
    /** Octets that {@link #seal} makes of {@code length} octets of payloads: the caller needs it for the length fields it seals. */
    int sealedLength(int length);

    /** The greatest number of octets of payloads whose sealed form has at most {@code sealedLength} octets; negative when none fits. */
    int capacity(int sealedLength);

    /**
     * Encrypts and authenticates, each time under a fresh IV (IKE-51). Retransmit what came out; never seal the same message again.
     *
     * @param preceding the message so far, from the IKE header to the end of the Encrypted payload's header, lengths already final
     * @param payloads the inner payloads, without padding
     */
    Octets seal(Octets preceding, Octets payloads);

    /**
     * Verifies the ICV, and only then decrypts (IKE-51).
     *
     * @param preceding the message's octets as received, from the IKE header to the end of the Encrypted payload's header
     * @param sealed all the rest of the message
     */
    SkOpened open(Octets preceding, Octets sealed);

    /** How many IVs have been used where they are counted, 0 where they are random: where another process has to go on under this key. */
    default long ivsUsed() {
        return 0;
    }

    /** Goes on behind the first {@code used} IVs of a counter. */
    default void skipIvs(long used) {}

    /** Wipes the key. */
    @Override
    void close();
}
