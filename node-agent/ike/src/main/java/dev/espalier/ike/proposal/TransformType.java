package dev.espalier.ike.proposal;

/**
 * Transform type (IANA "Transform Type Values"; RFC 7296 3.3.2, RFC 9370 2.2.2 for the additional key exchanges).
 *
 * @param value 0 to 255
 */
public record TransformType(int value) implements Comparable<TransformType> {
    public static final TransformType ENCRYPTION = new TransformType(1);
    public static final TransformType PRF = new TransformType(2);
    public static final TransformType INTEGRITY = new TransformType(3);
    public static final TransformType KEY_EXCHANGE = new TransformType(4);
    /** "Extended Sequence Numbers" of RFC 7296. */
    public static final TransformType SEQUENCE_NUMBERS = new TransformType(5);

    /** How many additional key exchanges there can be. */
    public static final int ADDITIONAL_KEY_EXCHANGES = 7;

    /** ADDKE1 to ADDKE7: {@code n} is 1 to 7. */
    public static TransformType additionalKeyExchange(int n) {
        if (n < 1 || n > ADDITIONAL_KEY_EXCHANGES) {
            throw new IllegalArgumentException("there is no ADDKE" + n);
        }
        return new TransformType(SEQUENCE_NUMBERS.value + n);
    }

    public boolean isAdditionalKeyExchange() {
        return value > SEQUENCE_NUMBERS.value && value <= SEQUENCE_NUMBERS.value + ADDITIONAL_KEY_EXCHANGES;
    }

    /** Whether a transform of this type may be {@code NONE} (id 0), so that leaving the type out means the same. */
    boolean mayBeNone() {
        return equals(INTEGRITY) || equals(KEY_EXCHANGE) || equals(SEQUENCE_NUMBERS) || isAdditionalKeyExchange();
    }

    @Override
    public int compareTo(TransformType other) {
        return Integer.compare(value, other.value);
    }

    @Override
    public String toString() {
        return switch (value) {
            case 1 -> "ENCR";
            case 2 -> "PRF";
            case 3 -> "INTEG";
            case 4 -> "KE";
            case 5 -> "SN";
            default -> isAdditionalKeyExchange() ? "ADDKE" + (value - SEQUENCE_NUMBERS.value) : "TYPE_" + value;
        };
    }
}
