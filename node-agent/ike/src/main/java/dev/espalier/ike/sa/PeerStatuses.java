package dev.espalier.ike.sa;

import dev.espalier.ike.EndpointStatus.IkeState;
import dev.espalier.ike.EndpointStatus.PeerStatus;
import java.util.Optional;

/** Makes {@link PeerStatus}es. */
final class PeerStatuses {
    private PeerStatuses() {}

    /**
     * @param best the IKE SA in use
     * @param trying whether an attempt is under way
     */
    static PeerStatus of(Peer peer, Optional<IkeSa> best, boolean trying, String lastFailure) {
        if (best.isEmpty()) {
            return new PeerStatus(
                    peer.name(),
                    trying ? IkeState.CONNECTING : IkeState.DOWN,
                    0,
                    0,
                    false,
                    "",
                    false,
                    0,
                    0,
                    Optional.empty(),
                    lastFailure,
                    peer.children().status());
        }
        IkeSa sa = best.get();
        IkeSaOrigin origin = sa.origin();
        return new PeerStatus(
                peer.name(),
                IkeState.ESTABLISHED,
                origin.spiInitiator(),
                origin.spiResponder(),
                origin.initiated(),
                origin.keys().suite().toString(),
                origin.keys().suite().postQuantum(),
                sa.establishedNanos(),
                origin.rekeys(),
                Optional.of(sa.path()),
                lastFailure,
                peer.children().status());
    }
}
