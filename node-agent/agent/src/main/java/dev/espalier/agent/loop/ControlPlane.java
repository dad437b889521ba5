package dev.espalier.agent.loop;

import dev.espalier.esp.packet.DataPathEvents;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;

/** Whom the packet loops tell and hand what is not theirs. Called on loop threads: implementations enqueue and return at once. */
public interface ControlPlane extends DataPathEvents {
    /**
     * An IKE message came in.
     *
     * @param datagram without the non-ESP marker
     * @return false when there is no room, so that it is counted as dropped
     */
    boolean ikeDatagram(UdpPath path, Octets datagram);

    /** ESP for an SPI that nobody here has comes this way: its sender may not know that this node has started afresh. Not told for each packet. */
    void unknownSpi(UdpPath path);

    /**
     * A loop met an error that is not the network's doing, such as a device that is gone, or a bug of ours. Said at once, and again every ten
     * seconds while it lasts; the loop goes on trying.
     *
     * @param loop the thread's name
     */
    void loopTrouble(String loop, Exception cause);
}
