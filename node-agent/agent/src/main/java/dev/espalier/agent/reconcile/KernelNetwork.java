package dev.espalier.agent.reconcile;

import dev.espalier.agent.policy.RoutePlan;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.netlink.InterfaceAddress;
import dev.espalier.linux.netlink.Link;
import dev.espalier.linux.netlink.Route;
import dev.espalier.linux.netlink.Rtnetlink;
import dev.espalier.linux.netlink.Rule;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Links, addresses, routes and rules of this node, made to fit a {@link RoutePlan}. Every call reads what the kernel has and changes only
 * what differs. One thread.
 */
final class KernelNetwork {
    private static final Logger LOG = Logger.getLogger(KernelNetwork.class);
    /**
     * How long a prefix stays unreachable after the plan has dropped it: pods that still send to a node that is gone must not do so by
     * the default route.
     */
    static final Duration CLOSED_RETENTION = Duration.ofHours(1);

    private final Rtnetlink netlink;
    private final Sysctls sysctls;
    private final String tun;
    private final boolean chained;
    private final LongSupplier monotonic;
    private final Map<Prefix, Long> unwantedSince = new HashMap<>();

    /** @param chained whether another CNI wires the pods */
    KernelNetwork(Rtnetlink netlink, Sysctls sysctls, String tun, boolean chained, LongSupplier monotonic) {
        this.netlink = netlink;
        this.sysctls = sysctls;
        this.tun = tun;
        this.chained = chained;
        this.monotonic = monotonic;
    }

    /** Brings the device up with this MTU, before it has any address or route. */
    void setUpTun(int mtu) throws ErrnoException {
        sysctls.prepareTun(tun);
        Link link = netlink.links().get(tun);
        if (link.mtu() != mtu) {
            netlink.links().setMtu(link.index(), mtu);
        }
        if (!link.up()) {
            netlink.links().setUp(link.index());
        }
        sysctls.enableForwarding(netlink.links().list().stream().map(Link::name).toList());
    }

    /** Closes: every pod CIDR becomes unreachable, and routes into the device that the plan does not have go. Returns how much was changed. */
    int tighten(RoutePlan plan) throws ErrnoException {
        List<Route> actual = routes();
        int table = table();
        int changes = 0;
        Set<Route> closed = chained ? RouteTable.closedForRemote(plan) : RouteTable.closed(plan.closed());
        List<Route> closing = RouteTable.ours(actual, table, false);
        for (Route route : RouteTable.missing(closed, closing)) {
            netlink.routes().replace(route);
            changes++;
        }
        if (chained) {
            changes += rules(RouteTable.chainedRules(), RouteTable.rules(tun));
        }
        Set<Route> open = open(plan);
        for (Route route : RouteTable.stale(open, RouteTable.ours(actual, table, true))) {
            changes += netlink.routes().delete(route) ? 1 : 0;
        }
        // What the other mode left. Of its rules the last go when ours are there: see loosen.
        for (Route route : RouteTable.ours(actual, chained ? Route.TABLE_MAIN : RouteTable.REMOTE_TABLE, true)) {
            changes += netlink.routes().delete(route) ? 1 : 0;
        }
        return changes + forgetUnwanted(RouteTable.stale(closed, closing));
    }

    /** Opens: addresses, rules, and the routes into the device. Returns how much was changed. */
    int loosen(RoutePlan plan) throws ErrnoException {
        int changes = addresses(plan.gateways(), tunIndex());
        if (!chained) {
            changes += rules(RouteTable.rules(tun), RouteTable.chainedRules());
        }
        for (Route route : RouteTable.missing(open(plan), RouteTable.ours(routes(), table(), true))) {
            netlink.routes().replace(route);
            changes++;
        }
        return changes;
    }

    private int rules(List<Rule> wanted, List<Rule> unwanted) throws ErrnoException {
        int changes = 0;
        for (Rule rule : wanted) {
            changes += netlink.rules().ensure(rule) ? 1 : 0;
        }
        for (Rule rule : unwanted) {
            changes += netlink.rules().delete(rule) ? 1 : 0;
        }
        return changes;
    }

    private int table() {
        return chained ? RouteTable.REMOTE_TABLE : Route.TABLE_MAIN;
    }

    private Set<Route> open(RoutePlan plan) throws ErrnoException {
        return RouteTable.open(plan, tunIndex()).stream()
                .map(route -> route.withTable(table()))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Interfaces that carry one of these addresses. */
    List<Link> uplinks(Collection<IpAddress> addresses) throws ErrnoException {
        List<InterfaceAddress> carried = netlink.addresses().list();
        return netlink.links().list().stream()
                .filter(link -> carried.stream()
                        .anyMatch(a -> a.interfaceIndex() == link.index() && addresses.contains(a.address())))
                .toList();
    }

    /** On uplinks of a node whose pods we wire; another CNI may have replies come in elsewhere. */
    void strictReversePath(List<Link> uplinks) {
        if (chained) {
            return;
        }
        sysctls.strictReversePath(uplinks.stream().map(Link::name).toList());
    }

    private int addresses(List<IpAddress> wanted, int index) throws ErrnoException {
        int changes = 0;
        List<InterfaceAddress> actual = netlink.addresses().list(index);
        for (IpAddress address : wanted) {
            if (actual.stream().noneMatch(a -> a.address().equals(address))) {
                netlink.addresses().replace(InterfaceAddress.of(index, address, address.bitLength()));
                changes++;
            }
        }
        for (InterfaceAddress address : actual) {
            if (!wanted.contains(address.address())) {
                changes += netlink.addresses().delete(address) ? 1 : 0;
            }
        }
        return changes;
    }

    private int forgetUnwanted(List<Route> unwanted) throws ErrnoException {
        long now = monotonic.getAsLong();
        unwantedSince
                .keySet()
                .removeIf(p -> unwanted.stream().noneMatch(r -> r.destination().equals(p)));
        int changes = 0;
        for (Route route : unwanted) {
            long since = unwantedSince.computeIfAbsent(route.destination(), p -> now);
            if (now - since >= CLOSED_RETENTION.toNanos()) {
                LOG.infof(
                        "%s has not been a pod CIDR for %s, no longer unreachable",
                        route.destination(), CLOSED_RETENTION);
                changes += netlink.routes().delete(route) ? 1 : 0;
            }
        }
        return changes;
    }

    private List<Route> routes() throws ErrnoException {
        List<Route> routes = new ArrayList<>();
        for (int table : new int[] {Route.TABLE_MAIN, RouteTable.REMOTE_TABLE}) {
            routes.addAll(netlink.routes().list(false, table));
            routes.addAll(netlink.routes().list(true, table));
        }
        return routes;
    }

    private int tunIndex() throws ErrnoException {
        return netlink.links().get(tun).index();
    }
}
