package dev.espalier.agent.reconcile;

import dev.espalier.wire.ip.Prefix;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The node's packet filter as text for nft(8). Pure. Loading it again changes nothing but what differs, in one transaction, and keeps the counters.
 *
 * <pre>
 *   inet espalier    arrival     prerouting, before connection tracking
 *                      from a pod's interface: only its own addresses, no neighbour discovery or redirects   (from-pod)
 *                      from elsewhere but the tunnel: no packet that has a pod's address in clear            (from-outside)
 *                    to-pods     prerouting, after address translation: what was translated to a pod's address, by a service or because it
 *                                is the reply to what went out masqueraded, is marked for table 7700
 *                    to-tunnel   postrouting: nobody else masquerades what goes into the tunnel, and pods speak to nodes themselves with
 *                                the node's address (chained mode)
 *                    to-outside  postrouting: pods speak to what is no pod with the node's address
 *                    departure   postrouting, at the end: no packet that has a pod's address in clear
 *   arp espalier     a pod answers no ARP requests: the node has none to ask
 *   netdev espalier  egress of each uplink, whoever the packet is from: a packet in clear between pods is counted as leaked, and stopped
 * </pre>
 *
 * No connection marks are used: what is needed of a connection is in its status. Of the packet mark one bit is used.
 */
final class FilterText {
    /**
     * Set on packets that are to be looked up in the pods' table. Those of pods have it as well: strict reverse path filtering looks the way back up as if the
     * packet had come in where it is to go out, and finds it by the mark alone (src_valid_mark). The bits above are kube-proxy's and portmap's.
     */
    static final int TO_PODS_MARK = 0x1000;
    /** Group of the node's ends of pods' interfaces (IFLA_GROUP). */
    static final int POD_GROUP = 7700;
    /** Group of those that {@code agent.cni} is about to remove. */
    static final int DEPARTING_GROUP = 7701;

    static final String TABLE = "espalier";
    /** The sets of the tables {@code inet} and {@code netdev}. */
    static final List<String> INET_SETS = List.of("nodes4", "nodes6", "own4", "own6", "pods4", "pods6");

    static final List<String> NETDEV_SETS = List.of("pods4", "pods6");
    /** The counter behind {@code espalier_leaked_packets_total}. */
    static final String LEAKED = "leaked";

    static final List<String> DROPS =
            List.of("clear-inbound", "clear-outbound", "forged-neighbour", "link-local-from-pod", "spoofed-source");

    private static final List<String> FAMILIES = List.of("4", "6");

    private final StringBuilder text = new StringBuilder();
    private final FilterPlan plan;

    private FilterText(FilterPlan plan) {
        this.plan = plan;
    }

    /** The tables {@code inet} and {@code arp}. */
    static String tables(FilterPlan plan) {
        FilterText filter = new FilterText(plan);
        filter.inet();
        filter.arp();
        return filter.text.toString();
    }

    /** The table {@code netdev}, made anew: the devices of a chain cannot be changed. */
    static String devices(FilterPlan plan) {
        FilterText filter = new FilterText(plan);
        filter.netdev();
        return filter.text.toString();
    }

    /** Removes the tables, whether they are there or not. */
    static String removal(String... families) {
        StringBuilder text = new StringBuilder();
        for (String family : families) {
            // Adding first makes the deletion good where there was nothing.
            text.append("add table ").append(family).append(' ').append(TABLE).append('\n');
            text.append("delete table ")
                    .append(family)
                    .append(' ')
                    .append(TABLE)
                    .append('\n');
        }
        return text.toString();
    }

    private void inet() {
        line("add table inet espalier");
        DROPS.forEach(name -> line("add counter inet espalier " + name));
        sets("inet", "nodes", plan.nodes());
        sets("inet", "own", plan.own());
        sets("inet", "pods", plan.pods());
        chain("inet", "from-pod", "");
        chain("inet", "from-outside", "");
        chain("inet", "arrival", "type filter hook prerouting priority -310; policy accept;");
        chain("inet", "to-pods", "type filter hook prerouting priority -99; policy accept;");
        chain("inet", "to-tunnel", "type nat hook postrouting priority 90; policy accept;");
        chain("inet", "to-outside", "type nat hook postrouting priority 100; policy accept;");
        chain("inet", "departure", "type filter hook postrouting priority 300; policy accept;");
        if (plan.chained()) {
            chainedRules();
        } else {
            mainRules();
        }
    }

    /** What need not be looked at any further, said first and once: every packet of every pod goes through here. */
    private void passTun(String chain, String which) {
        rule("inet", chain, which + " \"" + plan.tun() + "\" accept");
        rule("inet", chain, which + " \"lo\" accept");
    }

    private void mainRules() {
        fromPod();
        // What is neither a pod any more nor yet gone is not from outside either.
        rule("inet", "arrival", "iifgroup " + DEPARTING_GROUP + " drop");
        rule("inet", "departure", "oifgroup " + DEPARTING_GROUP + " drop");
        rule("inet", "from-pod", mark().strip());
        rule("inet", "arrival", "iifgroup " + POD_GROUP + " goto from-pod");
        passTun("arrival", "iifname");
        rule("inet", "arrival", "jump from-outside");
        rule("inet", "departure", "oifgroup " + POD_GROUP + " accept");
        passTun("departure", "oifname");
        for (String v : FAMILIES) {
            String ip = ip(v);
            rule("inet", "from-outside", ip + " daddr @own" + v + drop("clear-inbound"));
            rule("inet", "from-outside", ip + " saddr @pods" + v + drop("clear-inbound"));
            rule(
                    "inet",
                    "to-pods",
                    "ct status snat,dnat iifgroup != " + POD_GROUP + " " + notTun("iifname") + ip + " daddr @own" + v
                            + mark());
            rule(
                    "inet",
                    "to-outside",
                    "oifgroup != " + POD_GROUP + " " + notTun("oifname") + ip + " saddr @own" + v + " " + ip
                            + " daddr != @pods" + v + " masquerade fully-random");
            rule("inet", "departure", ip + " saddr @pods" + v + drop("clear-outbound"));
            rule("inet", "departure", ip + " daddr @pods" + v + drop("clear-outbound"));
        }
    }

    // The other CNI may let pods be seen from outside with their own addresses, and routes to them are in the main
    // table: only
    // packets with pods at both ends are ours to judge.
    private void chainedRules() {
        passTun("arrival", "iifname");
        rule("inet", "arrival", "jump from-outside");
        passTun("departure", "oifname");
        for (String v : FAMILIES) {
            String ip = ip(v);
            // Pods of other nodes come through the tunnel, to whatever is not this host itself.
            rule(
                    "inet",
                    "from-outside",
                    ip + " saddr @pods" + v + " " + ip + " saddr != @own" + v + " fib daddr type != local"
                            + drop("clear-inbound"));
            // Own pods come from where the route to them leads.
            rule(
                    "inet",
                    "from-outside",
                    ip + " saddr @own" + v + " " + ip + " daddr @pods" + v + " fib saddr . iif oif missing"
                            + drop("clear-inbound"));
            // Many a CNI masquerades whatever leaves its bridge; what is translated to itself is not translated again.
            rule(
                    "inet",
                    "to-tunnel",
                    "oifname \"" + plan.tun() + "\" " + ip + " saddr @own" + v + " " + ip + " daddr @pods" + v
                            + " snat " + ip + " to " + ip + " saddr");
            // Another node's answer to a pod would go into the tunnel, where only pods' addresses belong: behind a
            // plugin that masquerades nothing, pods would get none.
            rule(
                    "inet",
                    "to-tunnel",
                    notTun("oifname") + ip + " saddr @own" + v + " " + ip + " daddr @nodes" + v
                            + " masquerade fully-random");
            rule(
                    "inet",
                    "departure",
                    ip + " saddr @pods" + v + " " + ip + " daddr @pods" + v + " " + ip + " daddr != @own" + v
                            + drop("clear-outbound"));
        }
    }

    private void fromPod() {
        String chain = "from-pod";
        // What a kernel says of its own accord when an interface comes up: nobody has to hear it.
        rule("inet", chain, "ip6 saddr ::" + drop("link-local-from-pod"));
        // Both ends have each other as permanent neighbours, so there is nothing to discover (RFC 4861), and nothing to
        // be told about routes.
        rule("inet", chain, "icmpv6 type { 133, 134, 135, 136, 137 }" + drop("forged-neighbour"));
        rule("inet", chain, "icmp type 5" + drop("forged-neighbour"));
        rule("inet", chain, "ip6 saddr fe80::/10" + drop("link-local-from-pod"));
        // The look-up below lets a DHCP client through.
        rule("inet", chain, "ip saddr 0.0.0.0/8" + drop("spoofed-source"));
        // kube-proxy may have made the loopback's addresses routable (route_localnet).
        rule("inet", chain, "ip daddr 127.0.0.0/8" + drop("spoofed-source"));
        // Table 7700 leads to each pod address by one interface, so this holds for pods of one node among themselves as
        // well, and needs no list of addresses.
        rule("inet", chain, "fib saddr . iif oif missing" + drop("spoofed-source"));
    }

    private void arp() {
        line("add table arp espalier");
        line("add counter arp espalier forged-neighbour");
        chain("arp", "from-pod", "type filter hook input priority 0; policy accept;");
        rule("arp", "from-pod", "iifgroup " + POD_GROUP + " arp operation != request" + drop("forged-neighbour"));
    }

    private void netdev() {
        text.append(removal("netdev"));
        if (plan.uplinks().isEmpty()) {
            return;
        }
        line("add table netdev espalier");
        line("add counter netdev espalier " + LEAKED);
        sets("netdev", "pods", plan.pods());
        String devices = plan.uplinks().stream().map(name -> '"' + name + '"').collect(Collectors.joining(", "));
        chain("netdev", "leaks", "type filter hook egress devices = { " + devices + " } priority 500; policy accept;");
        rule("netdev", "leaks", "ip saddr @pods4 ip daddr @pods4" + drop(LEAKED));
        rule("netdev", "leaks", "ip6 saddr @pods6 ip6 daddr @pods6" + drop(LEAKED));
    }

    private void sets(String family, String name, List<Prefix> prefixes) {
        for (boolean v6 : new boolean[] {false, true}) {
            String set = family + " " + TABLE + " " + name + (v6 ? "6" : "4");
            line("add set " + set + " { type " + (v6 ? "ipv6_addr" : "ipv4_addr") + "; flags interval; }");
            line("flush set " + set);
            String elements = prefixes.stream()
                    .filter(prefix -> prefix.v6() == v6)
                    .map(Prefix::toString)
                    .collect(Collectors.joining(", "));
            if (!elements.isEmpty()) {
                line("add element " + set + " { " + elements + " }");
            }
        }
    }

    private void chain(String family, String name, String hook) {
        String chain = family + " " + TABLE + " " + name;
        line("add chain " + chain + (hook.isEmpty() ? "" : " { " + hook + " }"));
        line("flush chain " + chain);
    }

    private void rule(String family, String chain, String rule) {
        line("add rule " + family + " " + TABLE + " " + chain + " " + rule);
    }

    private String notTun(String which) {
        return which + " != { \"lo\", \"" + plan.tun() + "\" } ";
    }

    private static String ip(String version) {
        return version.equals("4") ? "ip" : "ip6";
    }

    private static String mark() {
        return " meta mark set meta mark or 0x" + Integer.toHexString(TO_PODS_MARK);
    }

    private static String drop(String counter) {
        return " counter name \"" + counter + "\" drop";
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
