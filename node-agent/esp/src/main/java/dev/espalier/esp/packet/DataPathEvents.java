package dev.espalier.esp.packet;

import dev.espalier.wire.ip.UdpPath;

/** What the packet path tells the control plane. Called by packet loops: implementations enqueue and return. */
public interface DataPathEvents {
    /** A packet for {@code peer} waits and no SA reaches it. Said once, and again each second while packets keep coming. */
    void saNeeded(String peer);

    /**
     * The newest authentic packet of the pair that {@code spiIn} names came from elsewhere than the SA's path (RFC 7296 2.23, IKE-46).
     * Said once for each new place.
     */
    void peerPathChanged(String peer, int spiIn, UdpPath path);
}
