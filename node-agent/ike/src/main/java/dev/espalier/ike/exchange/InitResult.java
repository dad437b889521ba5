package dev.espalier.ike.exchange;

import dev.espalier.ike.auth.HashAlgorithm;
import dev.espalier.ike.crypto.KeySchedule;
import dev.espalier.ike.crypto.Prf;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.ike.crypto.SkAlgorithm;
import dev.espalier.ike.proposal.KeyExchangeMethod;
import dev.espalier.ike.proposal.Proposal;
import dev.espalier.wire.Octets;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What IKE_SA_INIT has settled (RFC 7296 1.2).
 *
 * @param request as it was on the wire, since AUTH covers it (IKE-16)
 * @param response as it was on the wire
 * @param peerHashes of the peer's SIGNATURE_HASH_ALGORITHMS; empty when it sent none
 * @param peerFragments whether it sent IKEV2_FRAGMENTATION_SUPPORTED
 * @param peerChildless whether it takes an IKE_AUTH without a child SA (RFC 6023)
 * @param chosen the proposal that both agreed on
 * @param intAuth of the IKE_INTERMEDIATE exchanges so far
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
        boolean remoteBehindNat,
        boolean peerChildless,
        Proposal chosen,
        IntAuth intAuth) {
    public InitResult {
        peerHashes = Set.copyOf(peerHashes);
    }

    /** The additional key exchange that is due; empty when IKE_AUTH is (RFC 9370 2.2.2). */
    public Optional<KeyExchangeMethod> nextAdditional() {
        List<KeyExchangeMethod> additional = keys.suite().additional();
        return intAuth.exchanges() < additional.size()
                ? Optional.of(additional.get(intAuth.exchanges()))
                : Optional.empty();
    }

    /** Message ID of the request that is due. */
    public long nextId() {
        return intAuth.exchanges() + 1L;
    }

    /**
     * What is settled after one IKE_INTERMEDIATE exchange more (RFC 9370 2.2.2). The keys so far stay with the caller.
     *
     * @param shared secret of its key exchange
     * @param sentRequest what IntAuth covers of its request
     * @param sentResponse and of its response
     */
    public InitResult after(Secret shared, Octets sentRequest, Octets sentResponse) {
        Prf prf = keys.prf();
        try (Secret seed =
                KeySchedule.nextSeed(prf, keys.keys().skD(), List.of(shared), nonceInitiator, nonceResponder)) {
            IkeSaKeys next = new IkeSaKeys(
                    keys.suite(),
                    KeySchedule.expand(
                            prf,
                            SkAlgorithm.of(keys.suite()),
                            seed,
                            nonceInitiator,
                            nonceResponder,
                            spiInitiator,
                            spiResponder));
            return new InitResult(
                    spiInitiator,
                    spiResponder,
                    next,
                    request,
                    response,
                    nonceInitiator,
                    nonceResponder,
                    peerHashes,
                    peerFragments,
                    localBehindNat,
                    remoteBehindNat,
                    peerChildless,
                    chosen,
                    intAuth.after(prf, keys.keys(), sentRequest, sentResponse));
        }
    }
}
