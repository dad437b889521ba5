package dev.espalier.ike.message;

import dev.espalier.wire.Octets;

/** What came of opening a {@link Decoded.Protected} with the keys of its IKE SA. */
public sealed interface Opened {
    /**
     * The whole message, made by the peer.
     *
     * @param inner the decrypted payloads as octets, for IntAuth (RFC 9242 3.3.2)
     * @param firstInner type of the first of them
     */
    record Complete(Message message, PayloadType firstInner, Octets inner) implements Opened {}

    /** A fragment was kept; more are to come. */
    record Pending(int have, int total) implements Opened {}

    /**
     * Made by the peer, and wrong: a request is to be answered with this notify, a response ends the exchange (IKE-35).
     *
     * @param notifyType INVALID_SYNTAX or UNSUPPORTED_CRITICAL_PAYLOAD
     * @param data of the notify
     * @param detail for operators
     */
    record ProtectedError(IkeHeader header, NotifyType notifyType, Octets data, String detail) implements Opened {}

    /**
     * Not made by the peer, or of no more use (a fragment twice, of an older set, over a limit): dropped without effect.
     *
     * @param reason a short constant, for a counter
     * @param detail for operators
     */
    record UnprotectedError(String reason, String detail) implements Opened {}
}
