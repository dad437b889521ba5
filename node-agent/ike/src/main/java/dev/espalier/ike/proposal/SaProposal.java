package dev.espalier.ike.proposal;

import dev.espalier.wire.Octets;

/**
 * A proposal as it travels in an SA payload (RFC 7296 3.3.1).
 *
 * @param number 1 to 255; a reply echoes the number of the one it chose
 * @param spi of the sender: 4 octets for ESP and AH, 8 for IKE in a rekey, none for IKE in IKE_SA_INIT
 */
public record SaProposal(int number, Octets spi, Proposal proposal) {
    public ProtocolId protocol() {
        return proposal.protocol();
    }

    /** The same with another SPI: how a responder puts its own into the choice it made. */
    public SaProposal withSpi(Octets own) {
        return new SaProposal(number, own, proposal);
    }
}
