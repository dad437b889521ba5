package dev.espalier.ike.proposal;

import java.util.Optional;

/** The encryption algorithms this engine can use, for IKE and ESP (ALG-01, ALG-03). Others on the wire are never chosen. */
public enum EncryptionAlgorithm {
    AES_CBC_128("aes128", 12, 128, 16, 0, 16, 0),
    AES_CBC_256("aes256", 12, 256, 32, 0, 16, 0),
    /** RFC 4106 for ESP, RFC 5282 for IKE; ICV of 16 octets. */
    AES_GCM_16_128("aes128gcm16", 20, 128, 16, 4, 8, 16),
    AES_GCM_16_256("aes256gcm16", 20, 256, 32, 4, 8, 16),
    /** RFC 7634; carries no Key Length attribute. */
    CHACHA20_POLY1305("chacha20poly1305", 28, 0, 32, 4, 8, 16);

    private final String spelling;
    private final int id;
    private final int keyBits;
    private final int keyOctets;
    private final int saltOctets;
    private final int ivOctets;
    private final int icvOctets;

    EncryptionAlgorithm(
            String spelling, int id, int keyBits, int keyOctets, int saltOctets, int ivOctets, int icvOctets) {
        this.spelling = spelling;
        this.id = id;
        this.keyBits = keyBits;
        this.keyOctets = keyOctets;
        this.saltOctets = saltOctets;
        this.ivOctets = ivOctets;
        this.icvOctets = icvOctets;
    }

    /** The algorithm that {@code transform} names, when it is one of these. */
    public static Optional<EncryptionAlgorithm> of(Transform transform) {
        for (EncryptionAlgorithm algorithm : values()) {
            if (algorithm.transform().equals(transform)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    public Transform transform() {
        return new Transform(TransformType.ENCRYPTION, id, keyBits);
    }

    /** Whether it protects integrity by itself. */
    public boolean aead() {
        return icvOctets > 0;
    }

    /** Of the cipher key alone, without the salt. */
    public int keyOctets() {
        return keyOctets;
    }

    /** What is taken from the key material behind the key (RFC 4106 8.1); 0 for CBC. */
    public int saltOctets() {
        return saltOctets;
    }

    /** Key and salt. */
    public int keyMaterialOctets() {
        return keyOctets + saltOctets;
    }

    /** Of the explicit IV in each packet. */
    public int ivOctets() {
        return ivOctets;
    }

    /** Of an AEAD's tag; 0 for CBC, whose ICV the integrity algorithm makes. */
    public int icvOctets() {
        return icvOctets;
    }

    /** As strongSwan spells it. */
    @Override
    public String toString() {
        return spelling;
    }
}
