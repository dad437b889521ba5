package dev.espalier.agent.node;

import dev.espalier.agent.loop.ControlPlane;
import dev.espalier.agent.loop.DataPath;
import dev.espalier.agent.loop.DataPathSettings;
import dev.espalier.agent.loop.DataPathStatistics;
import dev.espalier.agent.loop.Offloads;
import dev.espalier.agent.loop.UdpSockets;
import dev.espalier.esp.sad.OutboundSa;
import dev.espalier.esp.sad.SecurityDatabase;
import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.libc.Fd;
import dev.espalier.linux.tun.TunDevice;
import dev.espalier.linux.udp.UdpOptions;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * TUN device, sockets and packet loops as one thing that can be opened, and opened again when somebody took the device away; counters
 * go on. Opened and closed by the control thread, used by any.
 */
final class DataPlane implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(DataPlane.class);
    /**
     * Packets that may wait in the device, as they do while one process takes over from another. The kernel's 500 are a quarter of a second of a small stream;
     * a longer queue than this one would do harm when a node has more to send than it can. Only a device that is down takes another length without losing
     * packets.
     */
    private static final int TUN_QUEUE = 4096;

    private final String tunName;
    private final Offloads wanted;
    private final SecurityDatabase database;
    private final ControlPlane control;
    private volatile @Nullable Running running;
    private DataPathStatistics earlier = DataPlaneTotals.NONE;

    private record Running(TunDevice tun, UdpSockets sockets, DataPath path, DataPathSettings settings) {
        Offloads offloads() {
            return settings.offloads();
        }
    }

    DataPlane(String tunName, Offloads wanted, SecurityDatabase database, ControlPlane control) {
        this.tunName = tunName;
        this.wanted = wanted;
        this.database = database;
        this.control = control;
    }

    boolean isOpen() {
        return running != null;
    }

    /** @throws ErrnoException when device or ports cannot be had; nothing stays open then */
    void open(DataPathSettings settings) throws ErrnoException {
        TunDevice tun = TunDevice.open(tunName, wanted.tunOptions());
        UdpSockets sockets = null;
        try {
            sockets = UdpSockets.open(UdpSockets.IKE_PORT, UdpSockets.NAT_PORT, UdpOptions.DEFAULT);
            tun.queueLength(sockets.descriptors().getFirst(), TUN_QUEUE);
            Running made = running(settings, tun, sockets);
            made.path.start();
            running = made;
            LOG.infof(
                    "%s open, UDP %d and %d bound; offloads: %s",
                    tunName, UdpSockets.IKE_PORT, UdpSockets.NAT_PORT, made.offloads());
        } catch (ErrnoException | RuntimeException e) {
            if (sockets != null) {
                sockets.close();
            }
            tun.close();
            throw e;
        }
    }

    private Running running(DataPathSettings settings, TunDevice tun, UdpSockets sockets) throws ErrnoException {
        DataPathSettings taken = settings.with(wanted.takeFrom(tun, sockets));
        return new Running(tun, sockets, new DataPath(taken, database, tun.queue(0), sockets, control), taken);
    }

    /**
     * Ends the loops and leaves device and sockets open: packets wait in their queues.
     *
     * @return what another process has to be given; null when nothing is open
     */
    synchronized @Nullable Paused pause() {
        Running current = running;
        if (current == null) {
            return null;
        }
        current.path.close();
        return new Paused(current.tun.descriptors(), current.sockets.descriptors());
    }

    /** What {@link #pause} has left open. */
    record Paused(List<Fd> tunQueues, List<Fd> sockets) {}

    /** Lets loops run again after {@link #pause}. */
    synchronized void goOn() throws ErrnoException {
        Running paused = running;
        if (paused != null) {
            earlier = DataPlaneTotals.sum(earlier, paused.path.statistics());
            Running again = running(paused.settings, paused.tun, paused.sockets);
            running = again;
            again.path.start();
        }
    }

    /**
     * Takes over device and sockets of another process; {@link #start} lets the loops run.
     *
     * @throws ErrnoException when they are not what they should be; they are closed then
     */
    synchronized void adopt(DataPathSettings settings, Paused from) throws ErrnoException {
        try {
            TunDevice tun = TunDevice.adopt(from.tunQueues);
            if (!tun.name().equals(tunName)) {
                throw new IllegalArgumentException("was handed " + tun.name() + " instead of " + tunName);
            }
            running = running(settings, tun, UdpSockets.adopt(UdpSockets.NAT_PORT, from.sockets));
        } catch (ErrnoException | RuntimeException e) {
            from.tunQueues.forEach(Fd::close);
            from.sockets.forEach(Fd::close);
            throw e;
        }
    }

    /** Lets the loops of what was adopted run. */
    synchronized void start() {
        Running current = running;
        if (current != null) {
            current.path.start();
        }
    }

    /** What is in force; none before the device is open. */
    Offloads offloads() {
        Running current = running;
        return current == null ? Offloads.NONE : current.offloads();
    }

    /** @throws ErrnoException when it cannot be sent now */
    void sendIke(UdpPath path, Octets datagram) throws ErrnoException {
        Running current = running;
        if (current == null) {
            throw new ErrnoException("sendmmsg", "IKE to " + path.remote(), Errno.ENETDOWN);
        }
        current.path.sendIke(path, datagram);
    }

    /** @throws ErrnoException when it cannot be sent now */
    void sendKeepalive(UdpPath path) throws ErrnoException {
        Running current = running;
        if (current != null) {
            current.path.sendKeepalive(path);
        }
    }

    /** Sends a dummy packet of {@code outerOctets} that must not be fragmented; whether it has left. @throws ErrnoException when the socket is broken */
    boolean probe(OutboundSa sa, int outerOctets) throws ErrnoException {
        Running current = running;
        return current != null && current.path.probe(sa, outerOctets);
    }

    /** Since the agent started. */
    synchronized DataPathStatistics statistics() {
        Running current = running;
        return current == null ? earlier : DataPlaneTotals.sum(earlier, current.path.statistics());
    }

    @Override
    public synchronized void close() {
        Running current = running;
        if (current != null) {
            current.path.close();
            earlier = DataPlaneTotals.sum(earlier, current.path.statistics());
            running = null;
            current.sockets.close();
            current.tun.close();
        }
    }

    /** Drops by reason; never waits for the loops. */
    Map<String, Long> drops() {
        return new TreeMap<>(statistics().dropsByReason());
    }
}
