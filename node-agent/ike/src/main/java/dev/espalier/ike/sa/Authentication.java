package dev.espalier.ike.sa;

import dev.espalier.ike.PeerAuthentication;
import dev.espalier.ike.PeerAuthentication.OwnProof;
import dev.espalier.ike.auth.PeerVerdict;

/**
 * Who proved what when an IKE SA began; rekeying does not change it.
 *
 * @param own what we proved ourselves with
 * @param demanded what the peer had to prove
 * @param expiresNanos monotonic time at which the first certificate of the peer's chain ends
 */
record Authentication(
        PeerVerdict.Authenticated verdict, OwnProof own, PeerAuthentication demanded, long expiresNanos) {}
