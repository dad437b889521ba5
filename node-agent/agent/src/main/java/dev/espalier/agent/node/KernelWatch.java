package dev.espalier.agent.node;

import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.netlink.Link;
import dev.espalier.linux.netlink.NetlinkEvent;
import dev.espalier.linux.netlink.NetlinkMonitor;
import dev.espalier.linux.netlink.Rtnetlink;
import dev.espalier.linux.netlink.Rule;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/**
 * Hears of what others take away or change in the node's networking, and has it looked at at once (F-35); what it misses, the look every few seconds finds. Our own
 * changes are heard, too: only those that can mean harm lead to a look.
 */
final class KernelWatch implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(KernelWatch.class);
    /** Routes and rules of ours, as {@code agent.reconcile} and {@code agent.cni} mark them. */
    private static final int PROTOCOL = 77;

    private static final int POD_RULE_PRIORITY = 7710;
    private static final int POD_GROUP = 7700;

    /** The name of all tables of ours. */
    private static final String TABLE = "espalier";

    private final List<NetlinkMonitor> monitors;
    private final List<Thread> threads = new ArrayList<>();

    private KernelWatch(List<NetlinkMonitor> monitors) {
        this.monitors = monitors;
    }

    /**
     * Watches the calling thread's namespace: links, addresses, routes, rules, and the packet filter.
     *
     * @param amiss called on threads of its own, often
     */
    static KernelWatch start(Rtnetlink netlink, String tun, Runnable amiss) throws ErrnoException {
        NetlinkMonitor network = NetlinkMonitor.open(EnumSet.allOf(NetlinkMonitor.Topic.class));
        NetlinkMonitor tables;
        try {
            tables = NetlinkMonitor.openTables();
        } catch (ErrnoException e) {
            network.close();
            throw e;
        }
        KernelWatch watch = new KernelWatch(List.of(network, tables));
        for (NetlinkMonitor monitor : watch.monitors) {
            watch.threads.add(Thread.ofPlatform().daemon().name("kernel watch").start(() -> {
                try {
                    monitor.run(event -> {
                        if (isAmiss(event, tun, name -> exists(netlink, name))) {
                            amiss.run();
                        }
                    });
                } catch (ErrnoException e) {
                    LOG.warnf("changes of the kernel are no longer heard of, only looked for: %s", e.getMessage());
                }
            }));
        }
        return watch;
    }

    /** Whether something that the node needs may be gone. */
    static boolean isAmiss(NetlinkEvent event, String tun, Predicate<String> interfaceExists) {
        return switch (event) {
            case NetlinkEvent.RouteRemoved(var route) -> route.protocol() == PROTOCOL;
            case NetlinkEvent.RuleRemoved(var rule) ->
                rule.protocol() == PROTOCOL && !isOfAGonePod(rule, interfaceExists);
            case NetlinkEvent.LinkChanged(var link) -> link.name().equals(tun) && !link.up() || isUplink(link);
            case NetlinkEvent.LinkRemoved(var link) -> link.name().equals(tun);
            case NetlinkEvent.AddressRemoved _, NetlinkEvent.AddressAdded _, NetlinkEvent.EventsLost _ -> true;
            // Our own loading is heard as well: one look more, which finds what it has to.
            case NetlinkEvent.TableChanged(var table) -> table.equals(TABLE);
            case NetlinkEvent.RouteAdded _, NetlinkEvent.RuleAdded _ -> false;
        };
    }

    // A DEL takes the interface away before the rule.
    private static boolean isOfAGonePod(Rule rule, Predicate<String> interfaceExists) {
        String name = rule.inputInterface();
        return rule.priority() == POD_RULE_PRIORITY && name != null && !interfaceExists.test(name);
    }

    // Its MTU may be another one now.
    private static boolean isUplink(Link link) {
        return link.kind().isEmpty() && !link.loopback() && link.group() != POD_GROUP;
    }

    private static boolean exists(Rtnetlink netlink, String name) {
        try {
            return netlink.links().find(name).isPresent();
        } catch (ErrnoException e) {
            LOG.debugf("%s: %s", name, e.getMessage());
            return true;
        }
    }

    @Override
    public void close() {
        monitors.forEach(NetlinkMonitor::stop);
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
