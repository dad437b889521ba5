package dev.espalier.ike.exchange;

import dev.espalier.wire.Octets;

/**
 * An IKE SA that replaces another (RFC 7296 2.18).
 *
 * @param initiated whether this end began the rekeying, and thereby is the new SA's original initiator
 * @param lowestNonce the lower of the exchange's two, for crossing rekeys (RFC 7296 2.8.2)
 */
public record NewIkeSa(long spiInitiator, long spiResponder, IkeSaKeys keys, boolean initiated, Octets lowestNonce) {}
