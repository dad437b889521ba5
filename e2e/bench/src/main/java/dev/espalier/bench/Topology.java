package dev.espalier.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Two nodes and a pod behind each, as network namespaces.
 *
 * <pre>
 *   pod a ──veth── node a ══underlay veth, MTU 1500══ node b ──veth── pod b
 *   10.81.0.10     172.30.0.1                         172.30.0.2      10.82.0.10
 * </pre>
 *
 * Pods have MTU {@link #INNER_MTU} whatever the tunnel, so that all candidates carry the same packets.
 */
final class Topology implements AutoCloseable {
    static final int INNER_MTU = 1400;
    static final String POD_A = "10.81.0.10";
    static final String POD_B = "10.82.0.10";
    private static final List<String> SIDES = List.of("a", "b");

    private final String prefix;

    /** @param name of the candidate, part of the namespaces' names */
    Topology(String name) {
        this.prefix = "espbench-" + name + "-";
    }

    String node(String side) {
        return prefix + "node-" + side;
    }

    String pod(String side) {
        return prefix + "pod-" + side;
    }

    static String nodeAddress(String side) {
        return side.equals("a") ? "172.30.0.1" : "172.30.0.2";
    }

    /** The pod network of a side, a /24. */
    static String podNetwork(String side) {
        return side.equals("a") ? "10.81.0.0/24" : "10.82.0.0/24";
    }

    static String other(String side) {
        return side.equals("a") ? "b" : "a";
    }

    void up() throws IOException {
        close();
        for (String side : SIDES) {
            Shell.run("ip netns add " + node(side));
            Shell.run("ip netns add " + pod(side));
            Shell.run("ip -n " + node(side) + " link set lo up");
            Shell.run("ip -n " + pod(side) + " link set lo up");
            Shell.runIn(
                    node(side),
                    "sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0");
        }
        Shell.run("ip link add eth0 netns " + node("a") + " type veth peer name eth0 netns " + node("b"));
        for (String side : SIDES) {
            Shell.run("ip -n " + node(side) + " addr add " + nodeAddress(side) + "/24 dev eth0");
            Shell.run("ip -n " + node(side) + " link set eth0 up");
            joinPod(side);
        }
    }

    private void joinPod(String side) throws IOException {
        String address = side.equals("a") ? POD_A : POD_B;
        String node = node(side);
        String pod = pod(side);
        Shell.run("ip link add pod0 netns " + node + " type veth peer name eth0 netns " + pod);
        // The group by which an Espalier node knows its pods' interfaces.
        Shell.run("ip -n " + node + " link set pod0 group 7700 up");
        Shell.run("ip -n " + node + " addr add 169.254.1.1/32 dev pod0");
        Shell.run("ip -n " + pod + " link set eth0 mtu " + INNER_MTU + " up");
        Shell.run("ip -n " + pod + " addr add " + address + "/32 dev eth0");
        Shell.run("ip -n " + pod + " route add 169.254.1.1 dev eth0 scope link");
        Shell.run("ip -n " + pod + " route add default via 169.254.1.1 dev eth0 src " + address);
        // An Espalier node does not believe its pods' ARP replies.
        String hardware = Shell.runIn(pod, "cat /sys/class/net/eth0/address").strip();
        Shell.run("ip -n " + node + " neigh replace " + address + " lladdr " + hardware + " dev pod0 nud permanent");
        // Into the main table, and into the one that an Espalier node asks for what came out of the tunnel.
        Shell.run("ip -n " + node + " route add " + address + "/32 dev pod0");
        Shell.run("ip -n " + node + " route add " + address + "/32 dev pod0 table 7700");
    }

    /** Switches what a NIC may do for its host on both ends of the underlay: a network card without checksum or segmentation offload. */
    void underlayOffloads(boolean on) throws IOException {
        String state = on ? "on" : "off";
        for (String side : SIDES) {
            Shell.runIn(
                    node(side),
                    "ethtool -K eth0 tx " + state + " tso " + state + " gso " + state + " gro " + state
                            + " tx-udp-segmentation " + state);
        }
    }

    @Override
    public void close() throws IOException {
        for (String side : SIDES) {
            for (String namespace : List.of(node(side), pod(side))) {
                if (Files.exists(Path.of("/run/netns", namespace))) {
                    Shell.run("ip netns del " + namespace);
                }
            }
        }
    }
}
