package dev.espalier.ike.exchange;

import dev.espalier.ike.auth.HashAlgorithm;
import dev.espalier.wire.Octets;
import java.util.Set;

/**
 * What IKE_SA_INIT has settled (RFC 7296 1.2).
 *
 * @param request as it was on the wire, since AUTH covers it (IKE-16)
 * @param response as it was on the wire
 * @param peerHashes of the peer's SIGNATURE_HASH_ALGORITHMS; empty when it sent none
 * @param peerFragments whether it sent IKEV2_FRAGMENTATION_SUPPORTED
 * @param localBehindNat whether the peer saw us under another address or port (RFC 7296 2.23)
 * @param remoteBehindNat whether we see the peer under another, or it says so to force encapsulation
 */
public record InitResult(
        long spiInitiator,
        long spiResponder,
        IkeSaKeys keys,
        Octets request,
        Octets response,
        Octets nonceInitiator,
        Octets nonceResponder,
        Set<HashAlgorithm> peerHashes,
        boolean peerFragments,
        boolean localBehindNat,
        boolean remoteBehindNat) {
    public InitResult {
        peerHashes = Set.copyOf(peerHashes);
    }
}
