package dev.espalier.agent.reconcile;

import dev.espalier.agent.policy.NodePlan;
import dev.espalier.esp.crypto.EspTransform;
import dev.espalier.esp.sad.SecurityDatabase;
import dev.espalier.esp.spd.Spd;
import dev.espalier.ike.PeerConfig;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.netlink.Link;
import dev.espalier.linux.netlink.Rtnetlink;
import dev.espalier.wire.ip.IpAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Puts a plan in force, in an order that never opens before it has closed:
 *
 * <ol>
 *   <li>close: pod CIDRs unreachable, routes that are no longer wanted gone, the packet filter, the new policy database;
 *   <li>IKE: the new set of peers;
 *   <li>open: addresses, rules, routes into the tunnel.
 * </ol>
 *
 * The policy database of this version only ever protects or discards, so replacing it as a whole opens nothing. One thread.
 */
public final class Reconciler {
    private static final Logger LOG = Logger.getLogger(Reconciler.class);
    /** What an underlay has when nothing is known of it (RFC 894). */
    private static final int ETHERNET_MTU = 1500;

    private final String tun;
    private final KernelNetwork network;
    private final PacketFilter filter;
    private final boolean chained;
    private final SecurityDatabase database;
    private final IkePeers ike;
    private final OptionalInt fixedMtu;
    private List<PeerConfig> peers = List.of();
    private boolean peersTold;

    /**
     * What has come of a plan.
     *
     * @param mtu the inner MTU
     * @param problems what could not be done although the rest is in force, one line each
     */
    public record Applied(int mtu, List<String> problems) {}

    /** Where the set of peers goes. */
    public interface IkePeers {
        void configured(List<PeerConfig> peers) throws InterruptedException;
    }

    /**
     * @param chained whether another CNI wires the pods
     * @param fixedMtu the inner MTU, or empty to take it from the underlay
     * @param monotonic as {@link System#nanoTime()}
     */
    public Reconciler(
            Rtnetlink netlink,
            PacketFilter filter,
            String tun,
            boolean chained,
            SecurityDatabase database,
            IkePeers ike,
            OptionalInt fixedMtu,
            LongSupplier monotonic) {
        this.tun = tun;
        this.filter = filter;
        this.chained = chained;
        this.network = new KernelNetwork(netlink, new Sysctls(), tun, chained, monotonic);
        this.database = database;
        this.ike = ike;
        this.fixedMtu = fixedMtu;
    }

    /**
     * Puts {@code plan} in force; calling it again changes only what differs from it.
     *
     * @param ownAddresses this node's outer addresses
     * @throws ErrnoException when the kernel refuses a change: what was closed stays closed, and calling again goes on
     */
    public Applied apply(NodePlan plan, Collection<IpAddress> ownAddresses)
            throws ErrnoException, InterruptedException {
        List<Link> uplinks = network.uplinks(ownAddresses);
        network.strictReversePath(uplinks);
        int mtu = innerMtu(plan.outerV6(), uplinks);
        network.setUpTun(mtu);
        int changes = network.tighten(plan.routes());
        List<String> problems = new ArrayList<>();
        changes += filter(plan, uplinks, problems);
        if (!database.tables().spd().entries().equals(plan.policy())) {
            database.setPolicy(Spd.of(plan.policy()));
            changes++;
        }
        if (!peersTold || !peers.equals(plan.peers())) {
            ike.configured(plan.peers());
            peers = plan.peers();
            peersTold = true;
            changes++;
        }
        changes += network.loosen(plan.routes());
        if (changes > 0) {
            LOG.infof(
                    "plan %s in force: %d peers, %d remote CIDRs, MTU %d (%d changes)",
                    plan.hash(), plan.peers().size(), plan.routes().remote().size(), mtu, changes);
        }
        return new Applied(mtu, problems);
    }

    // Routing alone keeps what is protected from leaving or arriving in clear, so a filter that cannot be loaded holds
    // nothing else up.
    private int filter(NodePlan plan, List<Link> uplinks, List<String> problems) {
        try {
            return filter.apply(FilterPlan.of(
                    plan.routes(),
                    plan.peers(),
                    tun,
                    uplinks.stream().map(Link::name).toList(),
                    chained));
        } catch (FilterException e) {
            problems.add(String.valueOf(e.getMessage()));
            return 0;
        }
    }

    private int innerMtu(boolean outerV6, List<Link> uplinks) {
        if (fixedMtu.isPresent()) {
            return fixedMtu.getAsInt();
        }
        int outer = uplinks.stream().mapToInt(Link::mtu).min().orElse(ETHERNET_MTU);
        return EspTransform.AES_256_GCM_16.innerMtu(outer, outerV6, true);
    }
}
