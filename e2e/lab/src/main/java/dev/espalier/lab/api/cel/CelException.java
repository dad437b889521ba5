package dev.espalier.lab.api.cel;

/** An expression that cannot be compiled here, or one that has no value for the input at hand. */
public final class CelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CelException(String message) {
        super(message, null, false, false);
    }
}
