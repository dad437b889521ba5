package dev.espalier.agent.identity;

/** Credentials that cannot be used. The message names the file or object, and what is wrong with it. */
final class IdentityException extends Exception {
    private static final long serialVersionUID = 1L;

    IdentityException(String message) {
        super(message);
    }

    IdentityException(String message, Throwable cause) {
        super(message, cause);
    }
}
