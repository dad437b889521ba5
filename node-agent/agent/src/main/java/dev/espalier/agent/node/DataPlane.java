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
import dev.espalier.linux.tun.TunDevice;
import dev.espalier.linux.udp.UdpOptions;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;
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

    private final String tunName;
    private final Offloads wanted;
    private final SecurityDatabase database;
    private final ControlPlane control;
    private volatile @Nullable Running running;
    private DataPathStatistics earlier = DataPlaneTotals.NONE;

    private record Running(TunDevice tun, UdpSockets sockets, DataPath path, Offloads offloads) {}

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
            Offloads offloads = wanted.takeFrom(tun, sockets);
            DataPath path = new DataPath(settings.with(offloads), database, tun.queue(0), sockets, control);
            path.start();
            running = new Running(tun, sockets, path, offloads);
            LOG.infof(
                    "%s open, UDP %d and %d bound; offloads: %s",
                    tunName, UdpSockets.IKE_PORT, UdpSockets.NAT_PORT, offloads);
        } catch (ErrnoException | RuntimeException e) {
            if (sockets != null) {
                sockets.close();
            }
            tun.close();
            throw e;
        }
    }

    /** What is in force; none before the device is open. */
    Offloads offloads() {
        Running current = running;
        return current == null ? Offloads.NONE : current.offloads;
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
