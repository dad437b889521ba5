package dev.espalier.agent.loop;

import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what the loops said. */
final class RecordingControlPlane implements ControlPlane {
    record IkeMessage(UdpPath path, Octets datagram) {}

    final List<String> needed = new CopyOnWriteArrayList<>();
    final List<UdpPath> moved = new CopyOnWriteArrayList<>();
    final List<IkeMessage> ike = new CopyOnWriteArrayList<>();
    final List<UdpPath> unknown = new CopyOnWriteArrayList<>();
    final List<String> trouble = new CopyOnWriteArrayList<>();
    volatile boolean full;

    @Override
    public boolean ikeDatagram(UdpPath path, Octets datagram) {
        return !full && ike.add(new IkeMessage(path, datagram));
    }

    @Override
    public void unknownSpi(UdpPath path) {
        unknown.add(path);
    }

    @Override
    public void loopTrouble(String loop, Exception cause) {
        trouble.add(loop + ": " + cause.getMessage());
    }

    @Override
    public void saNeeded(String peer) {
        needed.add(peer);
    }

    @Override
    public void peerPathChanged(String peer, int spiIn, UdpPath path) {
        moved.add(path);
    }
}
