package dev.espalier.agent.reconcile;

import dev.espalier.agent.policy.RoutePlan;
import dev.espalier.linux.netlink.Route;
import dev.espalier.linux.netlink.RouteType;
import dev.espalier.linux.netlink.Rule;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The routes and rules a plan asks for, and how they differ from what the kernel has. Pure.
 *
 * <pre>
 *   rules   7700  iif espalier0  lookup 7700      table 7700 ("pods") holds the host routes of local pods
 *           7701  iif lo         lookup 7700      and is asked only for traffic that may reach pods
 *           7702  fwmark 0x1000  lookup 7700      (for whom {@link FilterText} sets the mark)
 *   main    REMOTE  dev espalier0 src GATEWAY metric 100
 *           unreachable REMOTE, OWN, CLUSTER metric 4096
 * </pre>
 *
 * In chained mode another CNI's routes to local pods are in main, and its routes to remote ones may be better than ours. So ours have a table of
 * their own, which is asked before any other:
 *
 * <pre>
 *   rules     77  lookup 7701
 *   7701    REMOTE dev espalier0 src GATEWAY metric 100
 *           unreachable REMOTE, CLUSTER metric 4096
 *           throw OWN
 * </pre>
 *
 * A plaintext packet that comes in on an uplink for a pod finds only {@code unreachable} (ESP-12, TUN-01); when the TUN device is gone,
 * what goes out does too (TUN-02).
 */
final class RouteTable {
    /** rtnetlink's "who made this": marks every route and rule of ours. */
    static final int PROTOCOL = 77;

    static final int PODS_TABLE = 7700;
    /** Routes to remote pods in chained mode. */
    static final int REMOTE_TABLE = 7701;

    /** Before the rules that other CNIs have for each pod. */
    static final int REMOTE_RULE_PRIORITY = 77;

    static final int TUN_RULE_PRIORITY = 7700;
    static final int LOCAL_RULE_PRIORITY = 7701;
    static final int MARK_RULE_PRIORITY = 7702;
    static final int OPEN_METRIC = 100;
    static final int CLOSED_METRIC = 4096;

    private RouteTable() {}

    /**
     * The routes that lead into the device. A remote prefix of a family in which neither this node nor a pod of it has an address has none: nothing could be
     * sent from.
     */
    static Set<Route> open(RoutePlan plan, int tunIndex) {
        Set<Route> routes = new LinkedHashSet<>();
        for (Prefix remote : plan.remote()) {
            Optional<IpAddress> gateway = plan.gateways().stream()
                    .filter(own -> own.v6() == remote.v6())
                    .findFirst();
            if (gateway.isPresent() || plan.own().stream().anyMatch(own -> own.v6() == remote.v6())) {
                Route route = openRoute(remote, tunIndex);
                routes.add(gateway.map(route::withSource).orElse(route));
            }
        }
        return routes;
    }

    /** The routes that end all other ways. */
    static Set<Route> closed(Collection<Prefix> prefixes) {
        Set<Route> routes = new LinkedHashSet<>();
        prefixes.forEach(prefix -> routes.add(Route.discard(RouteType.UNREACHABLE, prefix)
                .withMetric(CLOSED_METRIC)
                .withProtocol(PROTOCOL)));
        return routes;
    }

    /** What table 7701 has to have before it may be asked; keeps own pods out of it. */
    static Set<Route> closedForRemote(RoutePlan plan) {
        Set<Route> routes = new LinkedHashSet<>();
        for (Prefix own : plan.own()) {
            routes.add(Route.discard(RouteType.THROW, own)
                    .withMetric(CLOSED_METRIC)
                    .withTable(REMOTE_TABLE)
                    .withProtocol(PROTOCOL));
        }
        plan.pods().stream()
                .filter(prefix -> !plan.own().contains(prefix))
                .forEach(prefix -> routes.add(Route.discard(RouteType.UNREACHABLE, prefix)
                        .withMetric(CLOSED_METRIC)
                        .withTable(REMOTE_TABLE)
                        .withProtocol(PROTOCOL)));
        return routes;
    }

    /** The rules of chained mode. */
    static List<Rule> chainedRules() {
        return List.of(remoteRule(false), remoteRule(true));
    }

    private static Rule remoteRule(boolean v6) {
        return Rule.lookup(v6, REMOTE_RULE_PRIORITY, REMOTE_TABLE).withProtocol(PROTOCOL);
    }

    /** The rules of main mode, there whatever the plan. */
    static List<Rule> rules(String tun) {
        List<Rule> rules = new ArrayList<>();
        for (boolean v6 : new boolean[] {false, true}) {
            rules.add(Rule.lookup(v6, TUN_RULE_PRIORITY, PODS_TABLE)
                    .withInputInterface(tun)
                    .withProtocol(PROTOCOL));
            rules.add(Rule.lookup(v6, LOCAL_RULE_PRIORITY, PODS_TABLE)
                    .withInputInterface("lo")
                    .withProtocol(PROTOCOL));
            rules.add(Rule.lookup(v6, MARK_RULE_PRIORITY, PODS_TABLE)
                    .withMark(FilterText.TO_PODS_MARK)
                    .withProtocol(PROTOCOL));
        }
        return rules;
    }

    /** The kernel's routes of one table that are of our making and lead somewhere, or do not. */
    static List<Route> ours(Collection<Route> actual, int table, boolean leading) {
        return actual.stream()
                .filter(r -> r.protocol() == PROTOCOL
                        && r.table() == table
                        && r.type().equals(RouteType.UNICAST) == leading)
                .toList();
    }

    /** Those of {@code wanted} that {@code actual} lacks. */
    static List<Route> missing(Collection<Route> wanted, Collection<Route> actual) {
        return wanted.stream()
                .filter(w -> actual.stream().noneMatch(a -> same(w, a)))
                .toList();
    }

    /** Those of {@code actual} that nobody wants (any more). */
    static List<Route> stale(Collection<Route> wanted, Collection<Route> actual) {
        return actual.stream()
                .filter(a -> wanted.stream().noneMatch(w -> same(w, a)))
                .toList();
    }

    /** What makes two routes the same to us; the kernel fills in the rest, the loopback as device of an IPv6 unreachable for one. */
    static boolean same(Route a, Route b) {
        return a.type().equals(b.type())
                && a.destination().equals(b.destination())
                && a.metric() == b.metric()
                && a.table() == b.table()
                && Objects.equals(a.gateway(), b.gateway())
                && (!a.type().equals(RouteType.UNICAST)
                        || (a.interfaceIndex() == b.interfaceIndex() && Objects.equals(a.source(), b.source())));
    }

    private static Route openRoute(Prefix remote, int tunIndex) {
        return Route.through(remote, tunIndex).withMetric(OPEN_METRIC).withProtocol(PROTOCOL);
    }
}
