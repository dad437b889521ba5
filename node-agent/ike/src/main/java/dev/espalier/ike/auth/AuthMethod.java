package dev.espalier.ike.auth;

/** Auth Method of an AUTH payload (RFC 7296 3.8). */
public record AuthMethod(int value) {
    public static final AuthMethod SHARED_KEY_MIC = new AuthMethod(2);

    /** RFC 4754: ECDSA with SHA-256 on P-256; {@code r | s}. */
    public static final AuthMethod ECDSA_256 = new AuthMethod(9);

    /** RFC 4754: ECDSA with SHA-384 on P-384. */
    public static final AuthMethod ECDSA_384 = new AuthMethod(10);

    /** RFC 4754: ECDSA with SHA-512 on P-521. */
    public static final AuthMethod ECDSA_521 = new AuthMethod(11);

    /** RFC 7427. */
    public static final AuthMethod DIGITAL_SIGNATURE = new AuthMethod(14);

    public AuthMethod {
        if (value < 0 || value > 255) {
            throw new IllegalArgumentException("auth method " + value);
        }
    }
}
