package dev.espalier.ike;

import dev.espalier.ike.proposal.EspSuite;
import dev.espalier.ike.selector.TrafficSelector;
import dev.espalier.wire.ip.UdpPath;
import java.util.List;

/**
 * One direction of a negotiated pair of ESP SAs, as the data path needs it. Not a record: it holds key material, which
 * {@link #key()} hands out once and which is wiped by whoever installs it.
 */
public final class ChildSa {
    private final String peer;
    private final int spi;
    private final int spiIn;
    private final int spiOut;
    private final EspSuite suite;
    private final byte[] key;
    private final List<TrafficSelector> localSelectors;
    private final List<TrafficSelector> remoteSelectors;
    private final UdpPath path;
    private final boolean udpEncapsulated;
    private final int replayWindow;
    private final PeerConfig.ChildLifetime lifetime;

    /**
     * @param spi of this direction: {@code spiIn} for inbound, {@code spiOut} for outbound
     * @param key this direction's KEYMAT: encryption key, then salt (AEAD) or integrity key (RFC 7296 2.17, RFC 4106 8.1)
     * @param path outer addresses; its ports hold only when {@code udpEncapsulated}
     * @param replayWindow in packets
     */
    public ChildSa(
            String peer,
            int spi,
            int spiIn,
            int spiOut,
            EspSuite suite,
            byte[] key,
            List<TrafficSelector> localSelectors,
            List<TrafficSelector> remoteSelectors,
            UdpPath path,
            boolean udpEncapsulated,
            int replayWindow,
            PeerConfig.ChildLifetime lifetime) {
        this.peer = peer;
        this.spi = spi;
        this.spiIn = spiIn;
        this.spiOut = spiOut;
        this.suite = suite;
        this.key = key;
        this.localSelectors = List.copyOf(localSelectors);
        this.remoteSelectors = List.copyOf(remoteSelectors);
        this.path = path;
        this.udpEncapsulated = udpEncapsulated;
        this.replayWindow = replayWindow;
        this.lifetime = lifetime;
    }

    public String peer() {
        return peer;
    }

    public int spi() {
        return spi;
    }

    public int spiIn() {
        return spiIn;
    }

    public int spiOut() {
        return spiOut;
    }

    public EspSuite suite() {
        return suite;
    }

    /** The key material itself, not a copy: wipe it after use. */
    public byte[] key() {
        return key;
    }

    public List<TrafficSelector> localSelectors() {
        return localSelectors;
    }

    public List<TrafficSelector> remoteSelectors() {
        return remoteSelectors;
    }

    public UdpPath path() {
        return path;
    }

    public boolean udpEncapsulated() {
        return udpEncapsulated;
    }

    public int replayWindow() {
        return replayWindow;
    }

    public PeerConfig.ChildLifetime lifetime() {
        return lifetime;
    }

    @Override
    public String toString() {
        return "ChildSa[" + peer + ", spi " + Integer.toHexString(spi) + ", " + suite + ", " + path + "]";
    }
}
