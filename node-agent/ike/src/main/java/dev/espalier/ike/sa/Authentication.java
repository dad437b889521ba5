package dev.espalier.ike.sa;

import dev.espalier.ike.auth.PeerVerdict;
import dev.espalier.wire.Octets;

/**
 * Who proved what when an IKE SA began; rekeying does not change it.
 *
 * @param ownCredentials fingerprint of what we proved ourselves with
 * @param expiresNanos monotonic time at which the first certificate of the peer's chain ends
 */
record Authentication(PeerVerdict.Authenticated verdict, Octets ownCredentials, long expiresNanos) {}
