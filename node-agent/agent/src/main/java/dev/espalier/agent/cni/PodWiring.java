package dev.espalier.agent.cni;

import dev.espalier.cni.CniErrorCode;
import dev.espalier.cni.CniFailure;
import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.netlink.Batch;
import dev.espalier.linux.netlink.InterfaceAddress;
import dev.espalier.linux.netlink.Ipv4Setting;
import dev.espalier.linux.netlink.Link;
import dev.espalier.linux.netlink.Route;
import dev.espalier.linux.netlink.Rtnetlink;
import dev.espalier.linux.netlink.Rule;
import dev.espalier.linux.netlink.VethPair;
import dev.espalier.linux.netns.NamespaceThreads;
import dev.espalier.linux.netns.NetworkNamespace;
import dev.espalier.linux.netns.Sysctl;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Interfaces, addresses, routes, neighbours and rules of pods in the kernel (see the drawing of this package). Remembers nothing: everything follows from the
 * {@link Attachment}. Threads may wire different pods at a time.
 */
final class PodWiring implements AutoCloseable {
    static final int PODS_TABLE = 7700;
    static final int RULE_PRIORITY = 7710;
    /** Who made it: the number that {@code agent.reconcile} marks its routes with, too. */
    static final int PROTOCOL = 77;
    /** What the packet filter of {@code agent.reconcile} tells pods' interfaces by. */
    static final int POD_GROUP = 7700;

    private static final String HOST_PREFIX = "esp";
    private static final String ALIAS_PREFIX = "espalier ";
    /** In every network namespace. */
    private static final int LOOPBACK_INDEX = 1;

    /** All changes of interfaces, addresses and routes take one lock of the kernel: more threads would only wait for each other there. */
    private static final int THREADS = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 4);

    /**
     * A pod sends from its own addresses only (strict reverse path). The packet filter marks what pods send: by the mark the way back to a pod is found also for
     * what goes outside.
     */
    static final Map<Ipv4Setting, Integer> IPV4 = Map.of(
            Ipv4Setting.RP_FILTER, 1,
            Ipv4Setting.SRC_VALID_MARK, 1,
            Ipv4Setting.FORWARDING, 1,
            Ipv4Setting.ACCEPT_REDIRECTS, 0,
            Ipv4Setting.SEND_REDIRECTS, 0);

    private final NamespaceThreads threads;
    private final Rtnetlink node;
    private final Departures departures;

    private PodWiring(NamespaceThreads threads, Rtnetlink node, Departures departures) {
        this.threads = threads;
        this.node = node;
        this.departures = departures;
    }

    /** The node is the calling thread's namespace. */
    static PodWiring open() throws ErrnoException {
        Rtnetlink node = Rtnetlink.open();
        try {
            Departures departures = new Departures(Rtnetlink.open());
            try {
                return new PodWiring(NamespaceThreads.start("pod wiring ", THREADS), node, departures);
            } catch (ErrnoException e) {
                departures.close();
                throw e;
            }
        } catch (ErrnoException e) {
            node.close();
            throw e;
        }
    }

    /** To be called when nothing is being wired any more. */
    @Override
    public void close() {
        threads.close();
        departures.close();
        node.close();
    }

    /**
     * Makes everything, or, when a step fails, nothing: what was made is left to {@code undo}.
     *
     * @throws CniFailure code 101 when the container has the interface already
     * @throws IOException when the kernel refuses a step
     */
    void connect(Attachment attachment, NetworkNamespace pod, Undo undo) throws IOException, CniFailure {
        boolean made = threads.call(visitor -> {
            try {
                create(attachment, pod);
            } catch (ErrnoException e) {
                if (e.errno() == Errno.EEXIST && exists(pod, attachment.ifName())) {
                    return false;
                }
                throw e;
            }
            undo.onFailure(() -> disconnect(attachment.hostInterface()));
            Link host = node.links().get(attachment.hostInterface());
            secure(attachment);
            connectInside(attachment, pod, host.peer(), visitor);
            connectOutside(attachment, host.index());
            return true;
        });
        if (!made) {
            throw interfaceExists(attachment.containerId(), attachment.ifName());
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
        return node.links().find(attachment.hostInterface()).isPresent();
    }

    /** Makes the node's side right again after somebody changed it, or after a restart. On a thread of the node. */
    void repair(Attachment attachment) throws IOException {
        Link host = node.links().get(attachment.hostInterface());
        if (host.group() != POD_GROUP) {
            node.links().setGroup(host.index(), POD_GROUP);
        }
        node.batch()
                .describe(attachment.hostInterface(), attachment.alias(), IPV4)
                .run();
        secure(attachment);
        connectOutside(attachment, host.index());
    }

    /** Removes a node end and its rules; nothing being there is as good. Routes, neighbours and the other end go with the interface. */
    void disconnect(String hostInterface) throws IOException {
        departures.remove(hostInterface);
    }

    /** Addresses that table 7700 leads to, by the name of the interface; also those of attachments that nobody remembers. */
    Map<IpAddress, String> routedAddresses() throws IOException {
        Map<IpAddress, String> routed = new HashMap<>();
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
        return routed;
    }

    /** Node ends of {@code network}, by name, that exist in the kernel. */
    List<String> hostInterfaces(String network) throws IOException {
        return node.links().list().stream()
                .filter(link -> isOurs(link) && link.alias().startsWith(Attachment.aliasPrefix(network)))
                .map(Link::name)
                .toList();
    }

    /** Removes rules of ours whose interface is gone. Returns how many. */
    int removeStaleRules() throws IOException {
        int removed = 0;
        for (boolean v6 : new boolean[] {false, true}) {
            for (Rule rule : node.rules().list(v6)) {
                String name = rule.inputInterface();
                boolean ours = rule.priority() == RULE_PRIORITY && rule.protocol() == PROTOCOL;
                if (ours && name != null && node.links().find(name).isEmpty()) {
                    removed += node.rules().delete(rule) ? 1 : 0;
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

    private void create(Attachment attachment, NetworkNamespace pod) throws ErrnoException {
        VethPair pair = new VethPair(
                attachment.hostInterface(),
                attachment.hostMac(),
                attachment.ifName(),
                attachment.podMac(),
                pod.fd(),
                attachment.mtu(),
                POD_GROUP);
        // Both are down: what makes them safe is there before a packet is.
        node.batch()
                .createVeth(pair)
                .describe(pair.name(), attachment.alias(), IPV4)
                .run();
    }

    // What netlink has no words for. A pod's router advertisements are nobody's routes.
    private static void secure(Attachment attachment) throws IOException {
        String settings = "net/ipv6/conf/" + attachment.hostInterface() + "/";
        Sysctl.setIfPresent(settings + "accept_ra", "0");
        Sysctl.setIfPresent(settings + "accept_redirects", "0");
        if (attachment.v6()) {
            Sysctl.ensureIfPresent(settings + "disable_ipv6", "0");
            Sysctl.ensureIfPresent(settings + "forwarding", "1");
        }
    }

    private static void connectInside(
            Attachment attachment, NetworkNamespace namespace, int index, NamespaceThreads.Visitor visitor)
            throws IOException {
        String settings = "net/ipv6/conf/" + attachment.ifName() + "/";
        try (Rtnetlink pod = visitor.inside(namespace, () -> {
            Sysctl.setIfPresent(settings + "accept_ra", "0");
            if (attachment.v6()) {
                Sysctl.ensureIfPresent(settings + "disable_ipv6", "0");
            }
            return Rtnetlink.open();
        })) {
            Batch batch = pod.batch().setUp(LOOPBACK_INDEX).setUp(index);
            for (PodAddress address : attachment.addresses()) {
                IpAddress own = address.address();
                batch.add(InterfaceAddress.of(index, own, own.bitLength()))
                        .replacePermanent(index, address.gateway(), attachment.hostMac());
                podRoutes(address, index).forEach(batch::add);
            }
            batch.run();
        }
    }

    static List<Route> podRoutes(PodAddress address, int interfaceIndex) {
        Prefix everywhere = address.address().v6() ? Prefix.ANY_V6 : Prefix.ANY_V4;
        return List.of(
                Route.through(Prefix.host(address.gateway()), interfaceIndex),
                Route.via(everywhere, address.gateway(), interfaceIndex));
    }

    // Up comes first, since there are no routes by what is down: what the pod sends before its rules are there has no
    // way to other pods.
    private void connectOutside(Attachment attachment, int index) throws IOException {
        Batch batch = node.batch().setUp(index);
        for (PodAddress address : attachment.addresses()) {
            batch.replacePermanent(index, address.address(), attachment.podMac())
                    .replace(hostRoute(address.address(), index));
        }
        if (attachment.v4()) {
            batch.ensure(rule(false, attachment.hostInterface()));
        }
        if (attachment.v6()) {
            batch.ensure(rule(true, attachment.hostInterface()));
        }
        batch.run();
    }
}
