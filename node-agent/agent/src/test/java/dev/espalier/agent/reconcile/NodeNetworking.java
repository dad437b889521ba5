package dev.espalier.agent.reconcile;

import dev.espalier.agent.policy.PolicyCompiler;
import dev.espalier.agent.policy.RoutePlan;
import dev.espalier.linux.netlink.Rtnetlink;
import dev.espalier.wire.ip.Prefix;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/** Routes, rules and packet filter as the agent makes them, in a namespace that plays a node; the tunnel device has to be there already. For tests of other packages. */
public final class NodeNetworking implements AutoCloseable {
    private final Rtnetlink netlink;
    private final PacketFilter filter;
    private final RoutePlan routes;
    private final FilterPlan plan;
    private final String tun;
    private final boolean chained;

    /** In the calling thread's namespace. */
    public NodeNetworking(String tun, String uplink, List<Prefix> own, List<Prefix> remote, boolean chained)
            throws IOException {
        this.tun = tun;
        this.chained = chained;
        List<Prefix> all = Stream.concat(own.stream(), remote.stream()).sorted().toList();
        routes = new RoutePlan(own.stream().map(PolicyCompiler::gateway).toList(), remote, all, own, all);
        plan = FilterPlan.of(routes, List.of(), tun, List.of(uplink), chained);
        netlink = Rtnetlink.open();
        filter = PacketFilter.open();
    }

    /** Returns how many parts of the filter had to be loaded. */
    public int apply() throws IOException {
        KernelNetwork network = new KernelNetwork(netlink, new Sysctls(), tun, chained, System::nanoTime);
        network.setUpTun(1400);
        network.tighten(routes);
        network.strictReversePath(network.uplinks(List.of()));
        int loaded = filter.apply(plan);
        network.loosen(routes);
        return loaded;
    }

    public PacketFilter filter() {
        return filter;
    }

    public static void removeFilter() throws IOException {
        PacketFilter.remove();
    }

    @Override
    public void close() {
        filter.close();
        netlink.close();
    }
}
