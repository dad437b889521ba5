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
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Puts a plan in force, in an order that never opens before it has closed:
 *
 * <ol>
 *   <li>close: pod CIDRs unreachable, routes that are no longer wanted gone, the new policy database;
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

    private final KernelNetwork network;
    private final SecurityDatabase database;
    private final IkePeers ike;
    private final OptionalInt fixedMtu;
    private List<PeerConfig> peers = List.of();
    private boolean peersTold;

    /** Where the set of peers goes. */
    public interface IkePeers {
        void configured(List<PeerConfig> peers) throws InterruptedException;
    }

    /**
     * @param fixedMtu the inner MTU, or empty to take it from the underlay
     * @param monotonic as {@link System#nanoTime()}
     */
    public Reconciler(
            Rtnetlink netlink,
            String tun,
            SecurityDatabase database,
            IkePeers ike,
            OptionalInt fixedMtu,
            LongSupplier monotonic) {
        this.network = new KernelNetwork(netlink, new Sysctls(), tun, monotonic);
        this.database = database;
        this.ike = ike;
        this.fixedMtu = fixedMtu;
    }

    /**
     * Puts {@code plan} in force; calling it again changes only what differs from it.
     *
     * @param ownAddresses this node's outer addresses
     * @return the inner MTU
     * @throws ErrnoException when the kernel refuses a change: what was closed stays closed, and calling again goes on
     */
    public int apply(NodePlan plan, Collection<IpAddress> ownAddresses) throws ErrnoException, InterruptedException {
        int mtu = innerMtu(plan.outerV6(), ownAddresses);
        network.setUpTun(mtu);
        int changes = network.tighten(plan.routes());
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
        return mtu;
    }

    private int innerMtu(boolean outerV6, Collection<IpAddress> ownAddresses) throws ErrnoException {
        List<Link> uplinks = network.uplinks(ownAddresses);
        network.strictReversePath(uplinks);
        if (fixedMtu.isPresent()) {
            return fixedMtu.getAsInt();
        }
        int outer = uplinks.stream().mapToInt(Link::mtu).min().orElse(ETHERNET_MTU);
        return EspTransform.AES_256_GCM_16.innerMtu(outer, outerV6, true);
    }
}
