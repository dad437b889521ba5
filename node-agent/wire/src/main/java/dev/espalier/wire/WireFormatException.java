package dev.espalier.wire;

/**
 * Octets that are not what they claim to be. Thrown by {@link WireReader} and caught by the codec that made the reader, which
 * turns it into a value: it never crosses a module. Carries no stack trace, since hostile input must stay cheap.
 */
public final class WireFormatException extends RuntimeException {
    public WireFormatException(String message) {
        super(message, null, false, false);
    }
}
