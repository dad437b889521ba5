package dev.espalier.ike;

import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;
import java.util.List;
import java.util.Set;

/** What can happen to an {@link IkeEndpoint}. Past tense: the engine is told, it never asks. */
public sealed interface IkeInput {
    /**
     * A datagram came from the network.
     *
     * @param path where it came from and the local address and port it came to; the reply takes the same way back (RFC 7296 2.11)
     * @param datagram the IKE message, without the non-ESP marker
     */
    record DatagramReceived(UdpPath path, Octets datagram) implements IkeInput {}

    /** {@link IkeEndpoint#nextDeadlineNanos()} has passed. Harmless at any other time. */
    record DeadlineReached() implements IkeInput {}

    /** The whole set of peers from now on, by {@link PeerConfig#name()}. SAs of peers no longer in it are deleted; changed ones adapt, make-before-break. */
    record PeersConfigured(List<PeerConfig> peers) implements IkeInput {}

    /** Own credentials from now on. Live IKE SAs that were authenticated by older ones are replaced, make-before-break. */
    record CredentialsChanged(LocalCredentials credentials) implements IkeInput {}

    /** Certificates that must not authenticate anyone any more, by serial number in lower-case hex; live SAs that they authenticated end at once (SIG-08). */
    record RevocationChanged(Set<String> serials) implements IkeInput {}

    /** Someone asked for an IKE SA and its child SAs with this peer. */
    record InitiateRequested(String peer) implements IkeInput {}

    /** The data path holds a packet for this peer and has no SA for it. */
    record TrafficWaiting(String peer) implements IkeInput {}

    record RekeyRequested(String peer, RekeyKind kind) implements IkeInput {}

    /** Someone asked to delete the IKE SA and all of its children; it is not set up again by itself until traffic or a request asks for it. */
    record TerminateRequested(String peer) implements IkeInput {}

    /**
     * What the data path counted for one pair of child SAs, totals since installation; drives soft and hard limits and liveness.
     *
     * @param spiIn our inbound SPI of the pair
     * @param lastInboundNanos monotonic time of the last packet that authenticated, or 0
     */
    record ChildUsageReported(
            int spiIn,
            long packetsIn,
            long bytesIn,
            long packetsOut,
            long bytesOut,
            long lastInboundNanos,
            long lastOutboundNanos)
            implements IkeInput {}

    /** An ESP packet that authenticated came from another address or port than the SA has (RFC 7296 2.23, IKE-46). */
    record PeerPathChanged(int spiIn, UdpPath path) implements IkeInput {}

    /**
     * An ESP packet for an SPI that nobody here has came from this way: when a configured peer lives there, it still uses SAs of before
     * our start, and a new IKE SA tells it so.
     */
    record UnknownSpiReceived(UdpPath path) implements IkeInput {}

    /** Another process is about to go on with everything: what is under way is finished, and nothing is begun. */
    record HandoverBegun() implements IkeInput {}

    /** The handover did not come about, or has been completed on this side: everything is as usual. */
    record HandoverEnded() implements IkeInput {}

    /** The process is about to end. Sends DELETE for every IKE SA when {@code deleteSas}; peers find out by liveness otherwise. */
    record ShutdownRequested(boolean deleteSas) implements IkeInput {}

    /** What to rekey. */
    enum RekeyKind {
        CHILD,
        IKE
    }
}
