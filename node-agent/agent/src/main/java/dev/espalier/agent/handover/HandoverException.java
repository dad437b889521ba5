package dev.espalier.agent.handover;

/** A handover that does not come about: the message says why, for operators. */
public final class HandoverException extends Exception {
    public HandoverException(String message) {
        super(message);
    }

    public HandoverException(String message, Throwable cause) {
        super(message, cause);
    }
}
