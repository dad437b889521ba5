package dev.espalier.ike.message;

/**
 * Authentication method (IANA "IKEv2 Authentication Method", RFC 7296 3.8).
 *
 * @param value 0 to 255
 */
public record AuthMethod(int value) {
    public static final AuthMethod RSA_SIGNATURE = new AuthMethod(1);
    public static final AuthMethod SHARED_KEY_MIC = new AuthMethod(2);
    public static final AuthMethod DSS_SIGNATURE = new AuthMethod(3);
    /** RFC 4754. */
    public static final AuthMethod ECDSA_SHA256_P256 = new AuthMethod(9);

    /** RFC 4754. */
    public static final AuthMethod ECDSA_SHA384_P384 = new AuthMethod(10);

    /** RFC 4754. */
    public static final AuthMethod ECDSA_SHA512_P521 = new AuthMethod(11);

    /** RFC 7619; refused (IKE-57). */
    public static final AuthMethod NULL_AUTHENTICATION = new AuthMethod(13);

    /** RFC 7427. */
    public static final AuthMethod DIGITAL_SIGNATURE = new AuthMethod(14);

    @Override
    public String toString() {
        return switch (value) {
            case 1 -> "RSA_SIGNATURE";
            case 2 -> "SHARED_KEY_MIC";
            case 3 -> "DSS_SIGNATURE";
            case 9 -> "ECDSA_SHA256_P256";
            case 10 -> "ECDSA_SHA384_P384";
            case 11 -> "ECDSA_SHA512_P521";
            case 13 -> "NULL_AUTHENTICATION";
            case 14 -> "DIGITAL_SIGNATURE";
            default -> "AUTH_METHOD_" + value;
        };
    }
}
