package dev.espalier.esp.crypto;

/** Where packet ciphers come from: the JDK, or a native library that the agent puts behind this interface. */
public interface CipherBackend {
    /** For status and logs: name and version. */
    String description();

    /**
     * A cipher for one SA and direction.
     *
     * @param keymat key and salt, {@link EspTransform#keymatLength()} octets; copied, so that the caller can wipe it
     * @param extendedSequenceNumbers whether the upper half of the sequence number is authenticated (RFC 4106 section 5)
     * @throws IllegalArgumentException when {@code keymat} has another length
     */
    PacketCipher cipher(EspTransform transform, byte[] keymat, boolean extendedSequenceNumbers);
}
