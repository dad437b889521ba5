package dev.espalier.agent.loop;

import dev.espalier.esp.packet.DropCounters;
import dev.espalier.esp.sad.OutboundSa;
import dev.espalier.esp.sad.SecurityDatabase;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.tun.TunQueue;
import dev.espalier.linux.udp.UdpSocket;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;
import java.util.ArrayList;
import java.util.List;

/**
 * The running data path of a node: one thread from the TUN device to the network, one thread from each socket to the TUN device.
 *
 * <pre>
 *   TUN --read--> OutboundLoop --ESP in UDP--> socket 4500, IPv4 and IPv6
 *   TUN <--write-- InboundLoop <-------------- socket 4500   --IKE--> {@link ControlPlane}
 *                  InboundLoop <-------------- socket 500    --IKE--> {@link ControlPlane}
 * </pre>
 *
 * <p>Policy and SAs come through the {@link SecurityDatabase}; the loops see a change from their next batch on, and packets that waited
 * for an SA leave at once. Device and sockets belong to the caller, who closes them after {@link #close}.
 */
public final class DataPath implements AutoCloseable {
    private final SecurityDatabase database;
    private final DropCounters drops = new DropCounters();
    private final LoopCounters counters = new LoopCounters();
    private final IkeSender ikeSender;
    private final PathProbe probe;
    private final OutboundLoop outbound;
    private final List<InboundLoop> inbound = new ArrayList<>();
    private final Runnable onChange;

    /**
     * Makes the loops; {@link #start} lets them run.
     *
     * @throws ErrnoException when the kernel has no descriptors left
     */
    public DataPath(
            DataPathSettings settings,
            SecurityDatabase database,
            TunQueue tun,
            UdpSockets sockets,
            ControlPlane control)
            throws ErrnoException {
        this.database = database;
        this.ikeSender = new IkeSender(sockets);
        this.probe = new PathProbe(sockets);
        this.outbound = new OutboundLoop("esp-out", tun, sockets, database, settings, drops, counters, control);
        for (UdpSocket socket : sockets.all()) {
            String name = "udp-in-" + socket.port() + (socket.v6() ? "-v6" : "-v4");
            inbound.add(new InboundLoop(
                    name, socket, sockets.isMarked(socket.port()), tun, database, settings, drops, counters, control));
        }
        this.onChange = outbound::wake;
    }

    public void start() {
        database.onChange(onChange);
        outbound.start();
        inbound.forEach(PacketLoop::start);
    }

    /**
     * Sends one IKE message along {@code path}, behind the non-ESP marker where the local port asks for it. Any thread.
     *
     * @throws ErrnoException when the kernel refuses it; retransmission is IKE's business
     */
    public void sendIke(UdpPath path, Octets datagram) throws ErrnoException {
        ikeSender.send(path, datagram);
    }

    /**
     * Sends what keeps a NAT open (RFC 3948 2.3) along {@code path}. Any thread.
     *
     * @throws ErrnoException when the kernel refuses it; the next one comes soon
     */
    public void sendKeepalive(UdpPath path) throws ErrnoException {
        ikeSender.sendKeepalive(path);
    }

    /**
     * Sends a dummy packet along the path of {@code sa} that routers must not fragment; whether it has left. Any thread.
     *
     * @param outerOctets of the packet with its outer IP header
     * @throws ErrnoException only for what is a bug of ours or the end of the socket
     */
    public boolean probe(OutboundSa sa, int outerOctets) throws ErrnoException {
        return probe.send(sa, outerOctets, System.nanoTime());
    }

    public DataPathStatistics statistics() {
        return new DataPathStatistics(
                counters.packetsOut.sum(),
                counters.bytesOut.sum(),
                counters.packetsIn.sum(),
                counters.bytesIn.sum(),
                counters.dummiesIn.sum(),
                counters.ikeDatagrams.sum(),
                counters.keepalives.sum(),
                inbound.stream().mapToLong(InboundLoop::receiveQueueDrops).sum(),
                drops.snapshot());
    }

    /** Ends all loops and waits for them; an interrupt is kept for the caller. Policy and SAs stay as they are. */
    @Override
    public void close() {
        database.removeListener(onChange);
        boolean interrupted = stop(outbound);
        for (InboundLoop loop : inbound) {
            interrupted |= stop(loop);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the caller was interrupted meanwhile: a loop left behind would use descriptors that are closed next, so it is waited for. */
    private static boolean stop(PacketLoop loop) {
        boolean interrupted = false;
        while (true) {
            try {
                loop.stop();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }
}
