package dev.espalier.lab;

/** What went wrong, in words for the person at the terminal; the verbs print the message alone. */
public final class LabException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LabException(String message) {
        super(message);
    }

    public LabException(String message, Throwable cause) {
        super(message, cause);
    }
}
