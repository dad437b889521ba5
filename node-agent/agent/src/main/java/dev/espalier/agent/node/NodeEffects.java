package dev.espalier.agent.node;

import dev.espalier.agent.ike.EventLog;
import dev.espalier.agent.ike.IkeEffects;
import dev.espalier.agent.observe.Drops;
import dev.espalier.agent.observe.RekeyCounts;
import dev.espalier.agent.sa.SaInstaller;
import dev.espalier.ike.ChildSa;
import dev.espalier.ike.IkeEvent;
import dev.espalier.ike.IkeInput;
import dev.espalier.ike.IkeOutput;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;
import java.util.List;
import java.util.Locale;
import org.jboss.logging.Logger;

/** What the engine's outputs do on this node. */
final class NodeEffects implements IkeEffects {
    private static final Logger LOG = Logger.getLogger(NodeEffects.class);

    private final DataPlane dataPlane;
    private final SaInstaller installer;
    private final Drops drops;
    private final RekeyCounts rekeys;
    private final EventLog log = new EventLog();

    NodeEffects(DataPlane dataPlane, SaInstaller installer, Drops drops, RekeyCounts rekeys) {
        this.dataPlane = dataPlane;
        this.installer = installer;
        this.drops = drops;
        this.rekeys = rekeys;
    }

    @Override
    public void send(UdpPath path, Octets datagram) {
        try {
            dataPlane.sendIke(path, datagram);
        } catch (ErrnoException e) {
            drops.count("ike-send-failed");
            LOG.debugf("%s: %s", path, e.getMessage());
        }
    }

    @Override
    public void keepalive(UdpPath path) {
        try {
            dataPlane.sendKeepalive(path);
        } catch (ErrnoException e) {
            LOG.debugf("%s: %s", path, e.getMessage());
        }
    }

    @Override
    public void install(IkeOutput.Direction direction, ChildSa sa) {
        try {
            installer.install(direction, sa);
        } catch (IllegalArgumentException | IllegalStateException e) {
            // Traffic of this SA is dropped and counted by the data path; liveness and rekeying go on.
            LOG.errorf(e, "%s: the data path refused %s SA %08x", sa.peer(), direction, sa.spi());
        }
    }

    @Override
    public void remove(String peer, IkeOutput.Direction direction, int spi) {
        if (!installer.remove(peer, direction, spi)) {
            LOG.debugf("%s: there was no %s SA %08x to remove", peer, direction, spi);
        }
    }

    @Override
    public void move(String peer, int spiIn, UdpPath path) {
        if (installer.move(spiIn, path)) {
            LOG.infof("%s: child SA %08x moved to %s", peer, spiIn, path);
        }
    }

    @Override
    public void report(IkeEvent event, long nanos) {
        log.log(event, nanos);
        switch (event) {
            case IkeEvent.IkeSaRekeyed e -> rekeys.ikeRekeyed();
            case IkeEvent.ChildSaRekeyed e -> rekeys.childRekeyed();
            case IkeEvent.MessageDropped e -> drops.count(dropReason(e.reason()));
            case IkeEvent.IkeSaEstablished e -> {}
            case IkeEvent.IkeSaClosed e -> {}
            case IkeEvent.ChildSaEstablished e -> {}
            case IkeEvent.ChildSaClosed e -> {}
            case IkeEvent.NegotiationFailed e -> {}
        }
    }

    @Override
    public List<IkeInput.ChildUsageReported> usage() {
        return installer.usage();
    }

    /** The engine's constant in the form that the data path's reasons have, such as {@code ike-bad-cookie}. */
    static String dropReason(String reason) {
        return "ike-"
                + reason.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    }
}
