package dev.espalier.ike.proposal;

import java.util.Optional;

/** The pseudorandom functions this engine can use (RFC 4868). */
public enum PrfAlgorithm {
    HMAC_SHA2_256("prfsha256", 5, 32),
    HMAC_SHA2_384("prfsha384", 6, 48),
    HMAC_SHA2_512("prfsha512", 7, 64);

    private final String spelling;
    private final int id;
    private final int outputOctets;

    PrfAlgorithm(String spelling, int id, int outputOctets) {
        this.spelling = spelling;
        this.id = id;
        this.outputOctets = outputOctets;
    }

    /** The algorithm that {@code transform} names, when it is one of these. */
    public static Optional<PrfAlgorithm> of(Transform transform) {
        for (PrfAlgorithm algorithm : values()) {
            if (algorithm.transform().equals(transform)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    public Transform transform() {
        return new Transform(TransformType.PRF, id, 0);
    }

    /** Of the output, which is the preferred key length as well (RFC 4868 2.1.2). */
    public int outputOctets() {
        return outputOctets;
    }

    /** As strongSwan spells it. */
    @Override
    public String toString() {
        return spelling;
    }
}
