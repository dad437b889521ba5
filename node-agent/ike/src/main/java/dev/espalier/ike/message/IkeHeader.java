package dev.espalier.ike.message;

/**
 * What the fixed header of a message says (RFC 7296 3.1), less the parts that follow from the rest. The version of what we send
 * is 2.0; a minor version received is not kept, since it changes nothing (IKE-12).
 *
 * @param spiResponder 0 in the first request
 * @param fromInitiator the I flag: the sender is the original initiator of the IKE SA
 * @param response the R flag
 * @param messageId unsigned 32 bits
 */
public record IkeHeader(
        long spiInitiator,
        long spiResponder,
        ExchangeType exchange,
        boolean fromInitiator,
        boolean response,
        long messageId) {
    /** Octets of the fixed header. */
    public static final int LENGTH = 28;

    public IkeHeader {
        if (messageId < 0 || messageId > 0xffff_ffffL) {
            throw new IllegalArgumentException("message ID " + messageId);
        }
    }

    @Override
    public String toString() {
        return exchange
                + (response ? " response " : " request ")
                + messageId
                + (fromInitiator ? " from initiator " : " from responder ")
                + "%016x_%016x".formatted(spiInitiator, spiResponder);
    }
}
