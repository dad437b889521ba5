package dev.espalier.lab.topology;

import dev.espalier.lab.shell.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The underlay: one namespace for the control plane that holds a bridge (the launcher makes it and starts this program inside), and one namespace a node with an uplink to it.
 *
 * <pre>
 *   esplab-cp   br0 172.31.0.1, fd31::1 ── API server, operator, this program
 *     ├─ port-n1 ── eth0 of esplab-n1  172.31.0.11, fd31::101   pods 10.244.1.0/24
 *     └─ port-n2 ── eth0 of esplab-n2  172.31.0.12, fd31::102   pods 10.244.2.0/24
 * </pre>
 *
 * Every node's default route points to the bridge, so a packet that escapes its node in clear crosses the node's port, where it is
 * captured.
 */
public final class Topology {
    public static final String CONTROL_PLANE = "esplab-cp";
    public static final String POD_NAMESPACE_PREFIX = "esplab-pod-";
    public static final String CONTROL_PLANE_V4 = "172.31.0.1";
    public static final String CONTROL_PLANE_V6 = "fd31::1";
    /** What the whole cluster's pods lie in, known to agents beforehand. */
    public static final List<String> CLUSTER_CIDRS = List.of("10.244.0.0/16", "fd44::/48");

    private Topology() {}

    public static boolean exists(String namespace) {
        return Files.exists(Path.of("/run/netns", namespace));
    }

    /** Enters a namespace without touching mounts, as {@code ip netns exec} would. */
    public static List<String> in(String namespace, List<String> command) {
        return java.util.stream.Stream.concat(
                        java.util.stream.Stream.of("nsenter", "--net=/run/netns/" + namespace), command.stream())
                .toList();
    }

    public static void createNode(LabNode node) {
        String namespace = node.namespace();
        Shell.run("ip", "netns", "add", namespace);
        ip(namespace, "link", "set", "lo", "up");
        Shell.run(
                "ip",
                "link",
                "add",
                node.bridgePort(),
                "netns",
                CONTROL_PLANE,
                "type",
                "veth",
                "peer",
                "name",
                "eth0",
                "netns",
                namespace);
        ip(CONTROL_PLANE, "link", "set", node.bridgePort(), "master", "br0", "up");
        quietIpv6(namespace, "eth0");
        ip(namespace, "link", "set", "eth0", "up");
        for (String address : node.addresses()) {
            boolean v6 = address.contains(":");
            ip(namespace, "addr", "add", address + (v6 ? "/64" : "/24"), "dev", "eth0");
            ip(namespace, v6 ? "-6" : "-4", "route", "add", "default", "via", v6 ? CONTROL_PLANE_V6 : CONTROL_PLANE_V4);
        }
        // The API server answers on IPv4 in every family.
        if (!node.family().v4()) {
            ip(namespace, "addr", "add", "172.31.0." + (10 + node.index()) + "/24", "dev", "eth0");
        }
    }

    /** Puts the node's port behind the two devices that a {@link Relay} has opened. */
    public static void divert(LabNode node) {
        String bridge = "brx-" + node.name();
        ip(CONTROL_PLANE, "link", "add", bridge, "type", "bridge");
        ip(CONTROL_PLANE, "link", "set", bridge, "up");
        ip(CONTROL_PLANE, "link", "set", "rxa-" + node.name(), "master", bridge, "up");
        ip(CONTROL_PLANE, "link", "set", "rxb-" + node.name(), "master", "br0", "up");
        ip(CONTROL_PLANE, "link", "set", node.bridgePort(), "master", bridge);
    }

    /** Undoes {@link #divert}; harmless when there was none. */
    public static void heal(LabNode node) {
        ip(CONTROL_PLANE, "link", "set", node.bridgePort(), "master", "br0");
        Shell.attempt("ip", "-n", CONTROL_PLANE, "link", "del", "brx-" + node.name());
    }

    /** Sets the MTU of both ends of a node's uplink. */
    public static void mtu(LabNode node, int octets) {
        ip(node.namespace(), "link", "set", "eth0", "mtu", Integer.toString(octets));
        ip(CONTROL_PLANE, "link", "set", node.bridgePort(), "mtu", Integer.toString(octets));
    }

    public static boolean linkExists(String namespace, String link) {
        return Shell.attempt("ip", "-n", namespace, "link", "show", link).ok();
    }

    /** Removes a namespace and kills what still runs in it; succeeds when there is none. */
    public static void remove(String namespace) {
        if (!exists(namespace)) {
            return;
        }
        for (String pid : Shell.run("ip", "netns", "pids", namespace).split("\\s+", -1)) {
            if (!pid.isEmpty() && Long.parseLong(pid) != ProcessHandle.current().pid()) {
                Shell.attempt("kill", "-9", pid);
            }
        }
        Shell.run("ip", "netns", "del", namespace);
    }

    /** All namespaces of any lab on this machine but the control plane's. */
    public static List<String> namespaces() {
        return Shell.run("ip", "netns", "list")
                .lines()
                .map(line -> line.split(" ", -1)[0])
                .filter(name -> name.startsWith("esplab-") && !name.equals(CONTROL_PLANE))
                .toList();
    }

    static void ip(String namespace, String... arguments) {
        Shell.run(java.util.stream.Stream.concat(
                        java.util.stream.Stream.of("ip", "-n", namespace), java.util.Arrays.stream(arguments))
                .toList());
    }

    /** No duplicate address detection: addresses are ours to give out, and a second's wait each is not worth it. */
    private static void quietIpv6(String namespace, String link) {
        Shell.run(in(
                namespace,
                List.of(
                        "sysctl",
                        "-qw",
                        "net.ipv6.conf.all.accept_dad=0",
                        "net.ipv6.conf." + link + ".accept_dad=0",
                        "net.ipv6.conf." + link + ".accept_ra=0")));
    }
}
