package dev.espalier.ike.sa;

import dev.espalier.ike.PeerConfig;
import dev.espalier.ike.proposal.Proposal;
import dev.espalier.wire.ip.Prefix;
import java.util.List;

/** What of the configuration a pair of child SAs was negotiated from: when it differs from today's, the pair is negotiated anew. */
record ChildBasis(
        List<Proposal> espProposals, List<Prefix> localPrefixes, List<Prefix> remotePrefixes, int replayWindow) {
    static ChildBasis of(PeerConfig config) {
        return new ChildBasis(
                config.espProposals(), config.localPrefixes(), config.remotePrefixes(), config.replayWindow());
    }
}
