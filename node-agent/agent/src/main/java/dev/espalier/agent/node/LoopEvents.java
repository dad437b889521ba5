package dev.espalier.agent.node;

import dev.espalier.agent.ike.IkeInbox;
import dev.espalier.agent.loop.ControlPlane;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;
import org.jboss.logging.Logger;

/** From the packet loops to the IKE loop's inbox and the control thread. Enqueues and returns. */
final class LoopEvents implements ControlPlane {
    private static final Logger LOG = Logger.getLogger(LoopEvents.class);

    private final IkeInbox inbox;
    private final Runnable repair;

    /** @param repair asks the control thread to look at the kernel soon; returns at once */
    LoopEvents(IkeInbox inbox, Runnable repair) {
        this.inbox = inbox;
        this.repair = repair;
    }

    @Override
    public boolean ikeDatagram(UdpPath path, Octets datagram) {
        return inbox.offerDatagram(path, datagram);
    }

    @Override
    public void unknownSpi(UdpPath path) {
        inbox.unknownSpi(path);
    }

    @Override
    public void loopTrouble(String loop, Exception cause) {
        LOG.errorf(cause, "packet loop %s: %s", loop, cause.getMessage());
        repair.run();
    }

    @Override
    public void saNeeded(String peer) {
        inbox.trafficWaiting(peer);
    }

    @Override
    public void peerPathChanged(String peer, int spiIn, UdpPath path) {
        inbox.peerPathChanged(spiIn, path);
    }
}
