package dev.espalier.ike.proposal;

import java.util.Optional;

/** The integrity algorithms this engine can use beside a cipher that is no AEAD (RFC 4868). */
public enum IntegrityAlgorithm {
    /** With an AEAD. */
    NONE("", 0, 0, 0),
    HMAC_SHA2_256_128("sha256", 12, 32, 16),
    HMAC_SHA2_384_192("sha384", 13, 48, 24),
    HMAC_SHA2_512_256("sha512", 14, 64, 32);

    private final String spelling;
    private final int id;
    private final int keyOctets;
    private final int icvOctets;

    IntegrityAlgorithm(String spelling, int id, int keyOctets, int icvOctets) {
        this.spelling = spelling;
        this.id = id;
        this.keyOctets = keyOctets;
        this.icvOctets = icvOctets;
    }

    /** The algorithm that {@code transform} names, when it is one of these. */
    public static Optional<IntegrityAlgorithm> of(Transform transform) {
        for (IntegrityAlgorithm algorithm : values()) {
            if (algorithm.transform().equals(transform)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    public Transform transform() {
        return new Transform(TransformType.INTEGRITY, id, 0);
    }

    public int keyOctets() {
        return keyOctets;
    }

    /** After truncation. */
    public int icvOctets() {
        return icvOctets;
    }

    /** As strongSwan spells it; empty for {@link #NONE}. */
    @Override
    public String toString() {
        return spelling;
    }
}
