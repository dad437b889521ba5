package dev.espalier.esp.crypto;

import java.util.Optional;

/**
 * The ESP encryption transforms of the data path; all of them authenticate as well (RFC 8221 section 5). Lengths are in octets.
 *
 * <p>On the wire: {@code SPI(4) SN(4) IV(ivLength) text ICV(icvLength)}, where text is the inner packet, padding, pad length and next
 * header (RFC 4303 section 2).
 */
public enum EspTransform {
    /** RFC 4106, ENCR 20 with 128-bit keys. */
    AES_128_GCM_16("aes128gcm16", 20, 16),
    /** RFC 4106, ENCR 20 with 256-bit keys. */
    AES_256_GCM_16("aes256gcm16", 20, 32),
    /** RFC 7634, ENCR 28; its key length is not an attribute. */
    CHACHA20_POLY1305("chacha20poly1305", 28, 32);

    private final String proposalName;
    private final int ikeId;
    private final int keyLength;

    EspTransform(String proposalName, int ikeId, int keyLength) {
        this.proposalName = proposalName;
        this.ikeId = ikeId;
        this.keyLength = keyLength;
    }

    /**
     * The transform that IKE negotiated, empty when the data path has no such.
     *
     * @param encryptionId transform type 1 id (IANA "Encryption Algorithm Transform IDs")
     * @param keyBits of the Key Length attribute; ignored for ChaCha20-Poly1305
     */
    public static Optional<EspTransform> negotiated(int encryptionId, int keyBits) {
        for (EspTransform transform : values()) {
            if (transform.ikeId == encryptionId
                    && (transform == CHACHA20_POLY1305 || transform.keyLength * 8 == keyBits)) {
                return Optional.of(transform);
            }
        }
        return Optional.empty();
    }

    /** As proposals spell it, {@code aes256gcm16}. */
    public String proposalName() {
        return proposalName;
    }

    public int keyLength() {
        return keyLength;
    }

    /** Octets of KEYMAT behind the key that start every nonce (RFC 4106 8.1, RFC 7634 section 2). */
    public int saltLength() {
        return 4;
    }

    /** Octets of KEYMAT that one direction takes: key and salt. */
    public int keymatLength() {
        return keyLength() + saltLength();
    }

    public int ivLength() {
        return 8;
    }

    public int icvLength() {
        return 16;
    }

    /** Octets in front of the text: ESP header and IV. */
    public int headerLength() {
        return 8 + ivLength();
    }

    /** Pad octets that bring {@code innerLength} and the two trailer octets to the 32-bit border that RFC 4303 2.4 asks for. */
    public int padLength(int innerLength) {
        return -(innerLength + 2) & 3;
    }

    /** Octets of the ESP packet that carries {@code innerLength} octets, without outer headers. */
    public int packetLength(int innerLength) {
        return headerLength() + innerLength + padLength(innerLength) + 2 + icvLength();
    }

    /**
     * The longest inner packet whose ESP packet fits an outer packet of {@code outerMtu} octets.
     *
     * @param outerV6 whether the outer header is IPv6 (40 octets) or IPv4 (20)
     * @param udpEncapsulated whether a UDP header (8) stands in front of ESP
     */
    public int innerMtu(int outerMtu, boolean outerV6, boolean udpEncapsulated) {
        int text = outerMtu - (outerV6 ? 40 : 20) - (udpEncapsulated ? 8 : 0) - headerLength() - icvLength();
        return (text & ~3) - 2;
    }
}
