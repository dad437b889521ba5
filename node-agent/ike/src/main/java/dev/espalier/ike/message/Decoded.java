package dev.espalier.ike.message;

import dev.espalier.wire.Octets;
import java.util.Optional;

/** What a datagram turned out to be, before anything in it was verified. */
public sealed interface Decoded {
    /**
     * A message without an Encrypted payload: IKE_SA_INIT, or an unprotected notify, which changes nothing (IKE-36).
     *
     * @param raw the message as received, which AUTH covers (IKE-16)
     */
    record Cleartext(Message message, Octets raw) implements Decoded {}

    /** A message, or a piece of one, that still has to be opened with the keys of its IKE SA. */
    sealed interface Protected extends Decoded {
        IkeHeader header();

        /** An unknown payload in front that is marked critical; counts once the ICV has been verified (IKE-14). */
        Optional<PayloadType> criticalOuter();

        /** Type of the first payload inside. */
        PayloadType firstInner();

        /** From the IKE header to the end of the Encrypted payload's header: what is authenticated and not encrypted. */
        Octets preceding();

        /** IV, ciphertext and ICV. */
        Octets sealed();

        /** The datagram as received. */
        Octets raw();
    }

    /**
     * A message in an SK payload (RFC 7296 3.14). Open it by {@link SkMessages#open}. Payloads in front of SK were looked at for
     * their lengths alone: nothing of ours travels there.
     */
    record Encrypted(
            IkeHeader header,
            Optional<PayloadType> criticalOuter,
            PayloadType firstInner,
            Octets preceding,
            Octets sealed,
            Octets raw)
            implements Protected {}

    /**
     * One fragment of a message, in an SKF payload (RFC 7383 2.5). Hand it to {@link Reassembler#accept}.
     *
     * @param firstInner NONE in all fragments but the first
     * @param number 1 to {@code total}
     * @param total 1 to 65535
     * @param preceding ends behind the fragment numbers
     */
    record Fragment(
            IkeHeader header,
            Optional<PayloadType> criticalOuter,
            PayloadType firstInner,
            int number,
            int total,
            Octets preceding,
            Octets sealed,
            Octets raw)
            implements Protected {}

    /**
     * An unprotected request outside of any IKE SA that is refused by one stateless reply, with this notify and nothing else:
     * INVALID_MAJOR_VERSION (IKE-12) or, in IKE_SA_INIT, UNSUPPORTED_CRITICAL_PAYLOAD (IKE-14). {@link MessageCodec#refusal}
     * makes the reply.
     *
     * @param data of the notify
     * @param detail for operators
     */
    record Refused(IkeHeader header, NotifyType notifyType, Octets data, String detail) implements Decoded {}

    /**
     * Dropped without any effect or answer (IKE-35).
     *
     * @param reason a short constant, for a counter
     * @param detail for operators
     */
    record UnprotectedError(String reason, String detail) implements Decoded {}
}
