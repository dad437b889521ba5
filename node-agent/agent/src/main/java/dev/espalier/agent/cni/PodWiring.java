package dev.espalier.agent.cni;

import dev.espalier.cni.CniErrorCode;
import dev.espalier.cni.CniFailure;
import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.netlink.InterfaceAddress;
import dev.espalier.linux.netlink.Link;
import dev.espalier.linux.netlink.Route;
import dev.espalier.linux.netlink.Rtnetlink;
import dev.espalier.linux.netlink.Rule;
import dev.espalier.linux.netlink.VethPair;
import dev.espalier.linux.netns.NetworkNamespace;
import dev.espalier.linux.netns.Sysctl;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Interfaces, addresses, routes, neighbours and rules of pods in the kernel (see the drawing of this package). Stateless: everything follows from the
 * {@link Attachment}. Threads may wire different pods at a time.
 */
final class PodWiring {
    static final int PODS_TABLE = 7700;
    static final int RULE_PRIORITY = 7710;
    /** Who made it: the number that {@code agent.reconcile} marks its routes with, too. */
    static final int PROTOCOL = 77;
    /** What the packet filter of {@code agent.reconcile} tells pods' interfaces by. */
    static final int POD_GROUP = 7700;

    private static final String HOST_PREFIX = "esp";
    private static final String ALIAS_PREFIX = "espalier ";

    /**
     * Makes everything, or, when a step fails, nothing: what was made is left to {@code undo}.
     *
     * @throws CniFailure code 101 when the container has the interface already
     * @throws IOException when the kernel refuses a step
     */
    void connect(Attachment attachment, NetworkNamespace pod, Undo undo) throws IOException, CniFailure {
        try (Rtnetlink node = Rtnetlink.open()) {
            VethPair pair = new VethPair(
                    attachment.hostInterface(),
                    attachment.hostMac(),
                    attachment.ifName(),
                    attachment.podMac(),
                    pod.fd(),
                    attachment.mtu(),
                    POD_GROUP);
            try {
                node.links().createVeth(pair);
            } catch (ErrnoException e) {
                if (e.errno() == Errno.EEXIST && exists(pod, attachment.ifName())) {
                    throw interfaceExists(attachment.containerId(), attachment.ifName());
                }
                throw e;
            }
            undo.onFailure(() -> disconnect(attachment.hostInterface()));
            Link host = node.links().get(attachment.hostInterface());
            node.links().setAlias(host.index(), attachment.alias());
            secure(attachment);
            pod.call(() -> {
                connectInside(attachment);
                return null;
            });
            node.links().setUp(host.index());
            connectOutside(node, attachment, host.index());
        }
    }

    static CniFailure interfaceExists(String containerId, String ifName) {
        return new CniFailure(
                CniErrorCode.INTERFACE_EXISTS,
                "CNI_IFNAME: the container " + containerId + " has an interface " + ifName + " already");
    }

    static boolean exists(NetworkNamespace pod, String ifName) throws IOException {
        try (Rtnetlink inside = pod.call(Rtnetlink::open)) {
            return inside.links().find(ifName).isPresent();
        }
    }

    /** Whether the node's end is there, without which nothing of the pod is. */
    boolean isConnected(Attachment attachment) throws IOException {
        try (Rtnetlink node = Rtnetlink.open()) {
            return node.links().find(attachment.hostInterface()).isPresent();
        }
    }

    /** Makes the node's side right again after somebody changed it, or after a restart. */
    void repair(Attachment attachment) throws IOException {
        try (Rtnetlink node = Rtnetlink.open()) {
            Link host = node.links().get(attachment.hostInterface());
            secure(attachment);
            if (host.group() != POD_GROUP) {
                node.links().setGroup(host.index(), POD_GROUP);
            }
            node.links().setUp(host.index());
            connectOutside(node, attachment, host.index());
        }
    }

    /** Removes a node end and its rules; nothing being there is as good. Routes, neighbours and the other end go with the interface. */
    void disconnect(String hostInterface) throws IOException {
        try (Rtnetlink node = Rtnetlink.open()) {
            node.links().delete(hostInterface);
            for (boolean v6 : new boolean[] {false, true}) {
                node.rules().delete(rule(v6, hostInterface));
            }
        }
    }

    /** Addresses that table 7700 leads to, by the name of the interface; also those of attachments that nobody remembers. */
    Map<IpAddress, String> routedAddresses() throws IOException {
        Map<IpAddress, String> routed = new HashMap<>();
        try (Rtnetlink node = Rtnetlink.open()) {
            Map<Integer, String> names = new HashMap<>();
            node.links().list().forEach(link -> names.put(link.index(), link.name()));
            for (boolean v6 : new boolean[] {false, true}) {
                for (Route route : node.routes().list(v6, PODS_TABLE)) {
                    if (route.destination().length()
                            == route.destination().address().bitLength()) {
                        routed.put(route.destination().address(), names.getOrDefault(route.interfaceIndex(), ""));
                    }
                }
            }
        }
        return routed;
    }

    /** Node ends of {@code network}, by name, that exist in the kernel. */
    List<String> hostInterfaces(String network) throws IOException {
        try (Rtnetlink node = Rtnetlink.open()) {
            return node.links().list().stream()
                    .filter(link -> isOurs(link) && link.alias().startsWith(Attachment.aliasPrefix(network)))
                    .map(Link::name)
                    .toList();
        }
    }

    /** Removes rules of ours whose interface is gone. Returns how many. */
    int removeStaleRules() throws IOException {
        int removed = 0;
        try (Rtnetlink node = Rtnetlink.open()) {
            for (boolean v6 : new boolean[] {false, true}) {
                for (Rule rule : node.rules().list(v6)) {
                    String name = rule.inputInterface();
                    boolean ours = rule.priority() == RULE_PRIORITY && rule.protocol() == PROTOCOL;
                    if (ours && name != null && node.links().find(name).isEmpty()) {
                        removed += node.rules().delete(rule) ? 1 : 0;
                    }
                }
            }
        }
        return removed;
    }

    static Rule rule(boolean v6, String hostInterface) {
        return Rule.lookup(v6, RULE_PRIORITY, PODS_TABLE)
                .withInputInterface(hostInterface)
                .withProtocol(PROTOCOL);
    }

    static Route hostRoute(IpAddress address, int interfaceIndex) {
        return Route.through(Prefix.host(address), interfaceIndex)
                .withTable(PODS_TABLE)
                .withProtocol(PROTOCOL);
    }

    private static boolean isOurs(Link link) {
        return link.kind().equals("veth")
                && link.name().startsWith(HOST_PREFIX)
                && link.alias().startsWith(ALIAS_PREFIX);
    }

    // A pod sends from its own addresses only (strict reverse path), and its router advertisements are nobody's routes.
    private static void secure(Attachment attachment) throws IOException {
        String host = attachment.hostInterface();
        set("ipv4/conf/" + host + "/rp_filter", "1");
        // The packet filter marks what pods send: by the mark the way back to a pod is found also for what goes
        // outside.
        set("ipv4/conf/" + host + "/src_valid_mark", "1");
        set("ipv4/conf/" + host + "/forwarding", "1");
        set("ipv4/conf/" + host + "/accept_redirects", "0");
        set("ipv4/conf/" + host + "/send_redirects", "0");
        set("ipv6/conf/" + host + "/accept_ra", "0");
        set("ipv6/conf/" + host + "/accept_redirects", "0");
        if (attachment.v6()) {
            set("ipv6/conf/" + host + "/disable_ipv6", "0");
            set("ipv6/conf/" + host + "/forwarding", "1");
        }
    }

    // Inside the pod's namespace.
    private static void connectInside(Attachment attachment) throws IOException {
        String name = attachment.ifName();
        try (Rtnetlink pod = Rtnetlink.open()) {
            pod.links().setUp(pod.links().get("lo").index());
            int index = pod.links().get(name).index();
            set("ipv6/conf/" + name + "/accept_ra", "0");
            if (attachment.v6()) {
                set("ipv6/conf/" + name + "/disable_ipv6", "0");
            }
            pod.links().setUp(index);
            for (PodAddress address : attachment.addresses()) {
                IpAddress own = address.address();
                pod.addresses().add(InterfaceAddress.of(index, own, own.bitLength()));
                pod.neighbours().replacePermanent(index, address.gateway(), attachment.hostMac());
                for (Route route : podRoutes(address, index)) {
                    pod.routes().add(route);
                }
            }
        }
    }

    static List<Route> podRoutes(PodAddress address, int interfaceIndex) {
        Prefix everywhere = address.address().v6() ? Prefix.ANY_V6 : Prefix.ANY_V4;
        return List.of(
                Route.through(Prefix.host(address.gateway()), interfaceIndex),
                Route.via(everywhere, address.gateway(), interfaceIndex));
    }

    private static void connectOutside(Rtnetlink node, Attachment attachment, int index) throws IOException {
        for (PodAddress address : attachment.addresses()) {
            node.neighbours().replacePermanent(index, address.address(), attachment.podMac());
            node.routes().replace(hostRoute(address.address(), index));
        }
        if (attachment.v4()) {
            node.rules().ensure(rule(false, attachment.hostInterface()));
        }
        if (attachment.v6()) {
            node.rules().ensure(rule(true, attachment.hostInterface()));
        }
    }

    // Without looking first: a new interface has the kernel's defaults, and that is what an ADD's time goes into.
    private static void set(String name, String value) throws IOException {
        Sysctl.setIfPresent("net/" + name, value);
    }
}
