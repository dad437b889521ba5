package dev.espalier.ike;

import dev.espalier.wire.ip.UdpPath;
import java.util.List;
import java.util.Optional;

/**
 * What an {@link IkeEndpoint} holds at one moment; holds no secrets and does not change.
 *
 * @param peers every configured peer, by name
 * @param halfOpen IKE SAs that others began and have not authenticated yet
 */
public record EndpointStatus(List<PeerStatus> peers, int halfOpen) {
    public EndpointStatus {
        peers = List.copyOf(peers);
    }

    /**
     * One peer. SPIs, suite and times are those of the IKE SA in use, and 0 or empty without one.
     *
     * @param initiator whether this end is the IKE SA's original initiator
     * @param suite in strongSwan's spelling
     * @param establishedNanos monotonic time at which this IKE SA, as rekeyed last, came to be
     * @param rekeys of the IKE SA since it was authenticated
     * @param lastFailure why the last attempt or IKE SA failed, for operators; empty when none has since the last success
     * @param children of all IKE SAs with this peer, oldest first
     */
    public record PeerStatus(
            String peer,
            IkeState state,
            long spiInitiator,
            long spiResponder,
            boolean initiator,
            String suite,
            boolean postQuantum,
            long establishedNanos,
            int rekeys,
            Optional<UdpPath> path,
            String lastFailure,
            List<ChildStatus> children) {
        public PeerStatus {
            children = List.copyOf(children);
        }
    }

    /**
     * A pair of child SAs.
     *
     * @param establishedNanos monotonic
     * @param rekeys how many pairs this one descends from
     */
    public record ChildStatus(int spiIn, int spiOut, String suite, long establishedNanos, int rekeys) {}

    public enum IkeState {
        /** No IKE SA and none on its way. */
        DOWN,
        /** None yet, and this end is trying. */
        CONNECTING,
        ESTABLISHED
    }
}
