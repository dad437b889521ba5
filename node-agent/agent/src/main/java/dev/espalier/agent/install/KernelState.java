package dev.espalier.agent.install;

import dev.espalier.agent.reconcile.FilterException;
import dev.espalier.agent.reconcile.PacketFilter;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.netlink.Link;
import dev.espalier.linux.netlink.Route;
import dev.espalier.linux.netlink.Rtnetlink;
import dev.espalier.linux.netlink.Rule;
import java.util.ArrayList;
import java.util.List;

/**
 * What agents of any version have put into this network namespace, found by the marks that they put on it: the protocol number of routes and rules, the group of
 * pods' interfaces, the names of tunnel device and nftables tables. Needs no memory of what was done.
 */
final class KernelState {
    /** {@code RTPROT} of every route and rule of ours. */
    private static final int PROTOCOL = 77;
    /** {@code IFLA_GROUP} of the node's ends of pods' interfaces. */
    private static final int POD_GROUP = 7700;

    private final Rtnetlink netlink;
    private final String tun;

    KernelState(Rtnetlink netlink, String tun) {
        this.netlink = netlink;
        this.tun = tun;
    }

    /**
     * Takes everything away: pods' interfaces first, so that no pod speaks in clear while the rest goes.
     *
     * @return what was there, for people
     */
    List<String> remove() throws ErrnoException, FilterException {
        List<String> removed = new ArrayList<>();
        for (Link link : links()) {
            if (netlink.links().delete(link.index())) {
                removed.add("interface " + link.name());
            }
        }
        for (boolean v6 : new boolean[] {false, true}) {
            for (Rule rule : rules(v6)) {
                if (netlink.rules().delete(rule)) {
                    removed.add("rule " + rule);
                }
            }
            for (Route route : routes(v6)) {
                if (netlink.routes().delete(route)) {
                    removed.add("route " + route);
                }
            }
        }
        PacketFilter.remove();
        return removed;
    }

    /** What is there. */
    List<String> remaining() throws ErrnoException {
        List<String> found = new ArrayList<>();
        links().forEach(link -> found.add("interface " + link.name()));
        for (boolean v6 : new boolean[] {false, true}) {
            rules(v6).forEach(rule -> found.add("rule " + rule));
            routes(v6).forEach(route -> found.add("route " + route));
        }
        return found;
    }

    private List<Link> links() throws ErrnoException {
        return netlink.links().list().stream()
                .filter(link -> link.name().equals(tun) || link.group() == POD_GROUP)
                .toList();
    }

    private List<Rule> rules(boolean v6) throws ErrnoException {
        return netlink.rules().list(v6).stream()
                .filter(rule -> rule.protocol() == PROTOCOL)
                .toList();
    }

    private List<Route> routes(boolean v6) throws ErrnoException {
        return netlink.routes().list(v6).stream()
                .filter(route -> route.protocol() == PROTOCOL)
                .toList();
    }
}
