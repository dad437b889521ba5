package dev.espalier.agent.loop;

import dev.espalier.esp.sad.OutboundSa;
import dev.espalier.esp.sad.SecurityDatabase;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.udp.PathMtuQuery;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.UdpPath;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the outbound SAs' path MTUs as the kernel knows them (RFC 4301 8.2, ESP-17), and makes it known: on a path in use a {@linkplain Probe probe} goes out at
 * once and then each minute. Learning, ageing and bounds against forged ICMP are the kernel's ({@link PathMtuQuery}). In the network namespace of the calling
 * thread; one thread.
 */
public final class PathMtus {
    private static final Logger LOG = Logger.getLogger(PathMtus.class);
    private static final long PROBE_NANOS = 60_000_000_000L;

    /** Sends a packet that must not be fragmented along an SA's path. */
    @FunctionalInterface
    public interface Probe {
        /** Whether it has left. */
        boolean send(OutboundSa sa, int outerOctets) throws ErrnoException;
    }

    private final SecurityDatabase database;
    private final Probe probe;
    private Map<UdpPath, Probed> probed = new HashMap<>();

    /** @param packets that the SA had sealed by then, the probe included */
    private record Probed(OutboundSa sa, long packets, long nanos) {}

    public PathMtus(SecurityDatabase database, Probe probe) {
        this.database = database;
        this.probe = probe;
    }

    /** Looks at every path; to be called every few seconds. */
    public void refresh(long nowNanos) throws ErrnoException {
        Map<UdpPath, Probed> stillUsed = new HashMap<>();
        Map<IpAddress, OptionalInt> known = new HashMap<>();
        try (PathMtuQuery kernel = PathMtuQuery.open()) {
            for (OutboundSa sa : database.tables().sad().outboundSas()) {
                UdpPath path = sa.path();
                IpAddress remote = path.remote().address();
                OptionalInt mtu = known.get(remote);
                if (mtu == null) {
                    mtu = kernel.to(remote);
                    known.put(remote, mtu);
                }
                if (mtu.isPresent()) {
                    set(sa, mtu.getAsInt());
                    Probed last = probeIfDue(sa, mtu.getAsInt(), probed.get(path), nowNanos);
                    if (last != null) {
                        stillUsed.put(path, last);
                    }
                }
            }
        }
        probed = stillUsed;
    }

    private static void set(OutboundSa sa, int mtu) {
        int before = sa.pathMtu();
        if (before != mtu) {
            sa.setPathMtu(mtu);
            if (before != OutboundSa.UNKNOWN_PATH_MTU) {
                LOG.infof(
                        "path MTU to %s (%s) is %d, was %d",
                        sa.peer(), sa.path().remote(), mtu, before);
            }
        }
    }

    // By identity: an SA is no value.
    @SuppressWarnings("ReferenceEquality")
    private @Nullable Probed probeIfDue(OutboundSa sa, int mtu, @Nullable Probed last, long nowNanos)
            throws ErrnoException {
        long packets = sa.usage().packets();
        boolean used = packets > (last != null && last.sa() == sa ? last.packets() : 0);
        if (!used || (last != null && nowNanos - last.nanos() < PROBE_NANOS)) {
            return last;
        }
        boolean sent = probe.send(sa, mtu);
        return new Probed(sa, packets + (sent ? 1 : 0), nowNanos);
    }
}
