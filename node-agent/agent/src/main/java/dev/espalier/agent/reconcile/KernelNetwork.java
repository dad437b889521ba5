package dev.espalier.agent.reconcile;

import dev.espalier.agent.policy.RoutePlan;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.netlink.InterfaceAddress;
import dev.espalier.linux.netlink.Link;
import dev.espalier.linux.netlink.Route;
import dev.espalier.linux.netlink.RouteType;
import dev.espalier.linux.netlink.Rtnetlink;
import dev.espalier.linux.netlink.Rule;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
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
    private final LongSupplier monotonic;
    private final Map<Prefix, Long> unwantedSince = new HashMap<>();

    KernelNetwork(Rtnetlink netlink, Sysctls sysctls, String tun, LongSupplier monotonic) {
        this.netlink = netlink;
        this.sysctls = sysctls;
        this.tun = tun;
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
        List<Route> actual = mainRoutes();
        int changes = 0;
        Set<Route> closed = RouteTable.closed(plan.closed());
        List<Route> unreachable = RouteTable.ours(actual, RouteType.UNREACHABLE);
        for (Route route : RouteTable.missing(closed, unreachable)) {
            netlink.routes().replace(route);
            changes++;
        }
        Set<Route> open = RouteTable.open(plan, tunIndex());
        for (Route route : RouteTable.stale(open, RouteTable.ours(actual, RouteType.UNICAST))) {
            changes += netlink.routes().delete(route) ? 1 : 0;
        }
        return changes + forgetUnwanted(RouteTable.stale(closed, unreachable));
    }

    /** Opens: addresses, rules, and the routes into the device. Returns how much was changed. */
    int loosen(RoutePlan plan) throws ErrnoException {
        int index = tunIndex();
        int changes = addresses(plan.gateways(), index);
        for (Rule rule : RouteTable.rules(tun)) {
            changes += netlink.rules().ensure(rule) ? 1 : 0;
        }
        List<Route> actual = RouteTable.ours(mainRoutes(), RouteType.UNICAST);
        for (Route route : RouteTable.missing(RouteTable.open(plan, index), actual)) {
            netlink.routes().replace(route);
            changes++;
        }
        return changes;
    }

    /** Interfaces that carry one of these addresses. */
    List<Link> uplinks(Collection<IpAddress> addresses) throws ErrnoException {
        List<InterfaceAddress> carried = netlink.addresses().list();
        return netlink.links().list().stream()
                .filter(link -> carried.stream()
                        .anyMatch(a -> a.interfaceIndex() == link.index() && addresses.contains(a.address())))
                .toList();
    }

    void strictReversePath(List<Link> uplinks) {
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

    private List<Route> mainRoutes() throws ErrnoException {
        List<Route> routes = new ArrayList<>(netlink.routes().list(false, Route.TABLE_MAIN));
        routes.addAll(netlink.routes().list(true, Route.TABLE_MAIN));
        return routes;
    }

    private int tunIndex() throws ErrnoException {
        return netlink.links().get(tun).index();
    }
}
