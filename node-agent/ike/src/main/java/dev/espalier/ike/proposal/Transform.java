package dev.espalier.ike.proposal;

import dev.espalier.wire.Octets;

/**
 * One transform as it stands in a proposal (RFC 7296 3.3.2), known to us or not.
 *
 * @param id 0 to 65535, in the registry of {@code type}
 * @param keyBits the Key Length attribute; 0 for none
 * @param otherAttributes every attribute but the Key Length as it came; a transform that has any is never chosen (RFC 7296 3.3.6)
 */
public record Transform(TransformType type, int id, int keyBits, Octets otherAttributes) {
    /** Without extended sequence numbers (RFC 7296 3.3.2). */
    public static final Transform NO_ESN = new Transform(TransformType.SEQUENCE_NUMBERS, 0, 0);

    public static final Transform ESN = new Transform(TransformType.SEQUENCE_NUMBERS, 1, 0);

    public Transform {
        if (id < 0 || id > 0xffff || keyBits < 0 || keyBits > 0xffff) {
            throw new IllegalArgumentException("transform id " + id + ", key bits " + keyBits);
        }
    }

    public Transform(TransformType type, int id, int keyBits) {
        this(type, id, keyBits, Octets.EMPTY);
    }

    /** Whether this stands for "none of this type" (no integrity, no key exchange, no ESN). */
    public boolean isNone() {
        return id == 0 && type.mayBeNone();
    }

    @Override
    public String toString() {
        return Spelling.print(this);
    }
}
