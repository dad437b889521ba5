package dev.espalier.agent.reconcile;

import java.io.IOException;

/** The packet filter could not be read or loaded; the message says what nft(8) or the kernel said, and what does not work for it. */
public final class FilterException extends IOException {
    private static final long serialVersionUID = 1L;

    FilterException(String message, Throwable cause) {
        super(message, cause);
    }

    FilterException(String message) {
        super(message);
    }
}
