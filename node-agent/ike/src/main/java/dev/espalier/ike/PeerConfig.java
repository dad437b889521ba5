package dev.espalier.ike;

import dev.espalier.ike.proposal.Proposal;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.time.Duration;
import java.util.List;

/**
 * Everything the engine knows about one peer before it meets it.
 *
 * @param name unique, for this end alone; a node's is its ID_FQDN
 * @param localAddresses own outer addresses, one per family that may be used
 * @param remoteAddresses the peer's outer addresses, preferred first; never taken from the peer itself
 * @param localPrefixes inner addresses behind this end
 * @param remotePrefixes inner addresses this peer's identity may own (IKE-39)
 * @param ikeProposals preferred first
 * @param espProposals preferred first
 * @param initiate whether this end opens the IKE SA by itself and re-opens it when lost (the tie-break); otherwise only with traffic
 *     waiting and nothing coming
 * @param forceUdpEncapsulation ESP in UDP on 4500 even without a NAT in between
 * @param authentication how each end proves who it is
 */
public record PeerConfig(
        String name,
        List<IpAddress> localAddresses,
        List<IpAddress> remoteAddresses,
        List<Prefix> localPrefixes,
        List<Prefix> remotePrefixes,
        List<Proposal> ikeProposals,
        List<Proposal> espProposals,
        IkeLifetime ikeLifetime,
        ChildLifetime childLifetime,
        Duration dpdInterval,
        int replayWindow,
        boolean initiate,
        boolean forceUdpEncapsulation,
        PeerAuthentication authentication) {
    public PeerConfig {
        localAddresses = List.copyOf(localAddresses);
        remoteAddresses = List.copyOf(remoteAddresses);
        localPrefixes = List.copyOf(localPrefixes);
        remotePrefixes = List.copyOf(remotePrefixes);
        ikeProposals = List.copyOf(ikeProposals);
        espProposals = List.copyOf(espProposals);
    }

    /** A node: it proves its name by a certificate, and so do we. */
    public PeerConfig(
            String name,
            List<IpAddress> localAddresses,
            List<IpAddress> remoteAddresses,
            List<Prefix> localPrefixes,
            List<Prefix> remotePrefixes,
            List<Proposal> ikeProposals,
            List<Proposal> espProposals,
            IkeLifetime ikeLifetime,
            ChildLifetime childLifetime,
            Duration dpdInterval,
            int replayWindow,
            boolean initiate,
            boolean forceUdpEncapsulation) {
        this(
                name,
                localAddresses,
                remoteAddresses,
                localPrefixes,
                remotePrefixes,
                ikeProposals,
                espProposals,
                ikeLifetime,
                childLifetime,
                dpdInterval,
                replayWindow,
                initiate,
                forceUdpEncapsulation,
                PeerAuthentication.node(name));
    }

    /** Hard limit; the soft limit at which rekeying starts lies earlier, with jitter. */
    public record IkeLifetime(Duration time) {}

    /**
     * Hard limits; soft ones lie earlier, with jitter.
     *
     * @param bytes 0 for none
     * @param packets 0 for none beyond the sequence number space
     */
    public record ChildLifetime(Duration time, long bytes, long packets) {}
}
