package dev.espalier.agent.cni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.agent.reconcile.NodeNetworking;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.netlink.Rtnetlink;
import dev.espalier.linux.netns.NetworkNamespace;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The packet filter on a node with two pods, an uplink to an {@code outside}, and a device in the tunnel's place that swallows what is sent into it. The pods'
 * interfaces are what CNI ADD makes.
 */
@Tag("root")
@Timeout(60)
class PacketFilterRootTest extends NodeWithCni {
    private static final String NODE_V4 = "192.0.2.1";
    private static final String NODE_V6 = "2001:db8::1";
    private static final String OUTSIDE_V4 = "192.0.2.2";
    private static final String OUTSIDE_V6 = "2001:db8::2";
    private static final String REMOTE_V4 = "10.77.2.9";
    private static final String REMOTE_V6 = "fd77:2::9";
    private static final int WAIT_MILLIS = 3000;

    private String outside;
    private String a;
    private String b;
    private JsonNode addedA;
    private JsonNode addedB;
    private NodeNetworking networking;

    @BeforeEach
    void makeTheWorld() throws IOException {
        outside = pod("outside");
        sh("ip", "link", "add", "up0", "type", "veth", "peer", "name", "up0", "netns", outside);
        // No waiting for duplicate address detection.
        sh("sysctl", "-qw", "net.ipv6.conf.up0.accept_dad=0");
        in(outside, "sysctl -qw net.ipv6.conf.up0.accept_dad=0");
        for (String address : List.of(NODE_V4 + "/24", NODE_V6 + "/64")) {
            sh("ip", "addr", "add", address, "dev", "up0", "nodad");
        }
        sh("ip", "link", "set", "up0", "up");
        for (String address : List.of(OUTSIDE_V4 + "/24", OUTSIDE_V6 + "/64")) {
            in(outside, "ip addr add " + address + " dev up0 nodad");
        }
        in(outside, "ip link set up0 up");
        sh("ip", "route", "add", "default", "via", OUTSIDE_V4);
        sh("ip", "-6", "route", "add", "default", "via", OUTSIDE_V6);
        in(outside, "ip route add 10.77.0.0/16 via " + NODE_V4);
        in(outside, "ip -6 route add fd77::/16 via " + NODE_V6);
        sh("ip", "tuntap", "add", "dev", "espalier0", "mode", "tun");
        networking = node.call(() -> new NodeNetworking(
                "espalier0",
                "up0",
                List.of(V4.prefix(), V6.prefix()),
                List.of(Prefix.parse("10.77.2.0/24"), Prefix.parse("fd77:2::/64")),
                false));
        assertThat(node.call(networking::apply)).isEqualTo(2);
        a = pod("a");
        b = pod("b");
        addedA = add("a", a);
        addedB = add("b", b);
    }

    @AfterEach
    void closeFilter() {
        networking.close();
    }

    @Test
    void podsReachTheOutsideWithTheNodesAddress() throws IOException {
        for (String[] ends : new String[][] {{OUTSIDE_V4, NODE_V4}, {OUTSIDE_V6, NODE_V6}}) {
            in(a, "ping -c 1 -W 2 " + ends[0]);
            try (ServerSocket server = listen(outside, ends[0], 8080);
                    Socket client = connect(a, ends[0], 8080);
                    Socket accepted = server.accept()) {
                assertThat(accepted.getInetAddress()).isEqualTo(InetAddress.getByName(ends[1]));
                assertEcho(client, accepted);
            }
        }
        assertThat(networking.filter().drops())
                .containsEntry("clear-inbound", 0L)
                .containsEntry("clear-outbound", 0L);
    }

    @Test
    void aConnectionToAServiceOnTheNodesAddressReachesItsPod() throws IOException {
        for (int family = 0; family < 2; family++) {
            String pod = address(addedA, family);
            String ip = family == 0 ? "ip" : "ip6";
            String target = family == 0 ? pod + ":8080" : "[" + pod + "]:8080";
            // As kube-proxy does for a NodePort that keeps the client's address.
            sh(
                    "nft",
                    "add table " + ip + " proxy; add chain " + ip
                            + " proxy pre { type nat hook prerouting priority -100; }; add rule " + ip
                            + " proxy pre tcp dport 30080 dnat to " + target);
            String nodeAddress = family == 0 ? NODE_V4 : NODE_V6;
            try (ServerSocket server = listen(a, pod, 8080);
                    Socket client = connect(outside, nodeAddress, 30080);
                    Socket accepted = server.accept()) {
                assertThat(accepted.getInetAddress())
                        .isEqualTo(InetAddress.getByName(family == 0 ? OUTSIDE_V4 : OUTSIDE_V6));
                assertEcho(client, accepted);
            }
        }
        assertThat(networking.filter().drops())
                .containsEntry("clear-inbound", 0L)
                .containsEntry("clear-outbound", 0L);
    }

    @Test
    @Tag("ESP-12")
    @Tag("TUN-01")
    void whatComesInClearForPodsOrGatewaysOrFromPodsIsStoppedAndCounted() throws IOException {
        in(outside, "ping -c 1 -W 2 " + NODE_V4);
        for (int family = 0; family < 2; family++) {
            assertNoAnswer(outside, address(addedA, family));
            assertNoAnswer(outside, (family == 0 ? V4 : V6).gateway().toString());
        }
        assertThat(networking.filter().drops()).containsEntry("clear-inbound", 4L);

        // As a host on the underlay that claims to be a pod of another node, to the node and to a pod.
        in(outside, "ip addr add " + REMOTE_V4 + "/32 dev lo");
        in(outside, "ip addr add " + REMOTE_V6 + "/128 dev lo nodad");
        assertNoAnswer(outside, NODE_V6 + " -I " + REMOTE_V6);
        assertNoAnswer(outside, address(addedA, 0) + " -I " + REMOTE_V4);
        assertThat(networking.filter().drops()).containsEntry("clear-inbound", 6L);
    }

    @Test
    @Tag("TUN-01")
    void whatGoesToOrComesFromAPodInClearDoesNotLeaveByAnUplink() throws Exception {
        Path capture = run.resolve("outside.pcap");
        Process tcpdump = new ProcessBuilder(
                        "ip",
                        "netns",
                        "exec",
                        outside,
                        "tcpdump",
                        "--immediate-mode",
                        "-U",
                        "-n",
                        "-i",
                        "up0",
                        "-w",
                        capture.toString(),
                        "ip or ip6")
                .redirectErrorStream(true)
                .start();
        // It says that it listens.
        assertThat(tcpdump.inputReader(StandardCharsets.UTF_8).readLine()).contains("listening");
        // Somebody makes routes that are better than ours.
        sh("ip", "route", "add", "10.77.2.0/24", "via", OUTSIDE_V4, "metric", "1");
        sh("ip", "-6", "route", "add", "fd77:2::/64", "via", OUTSIDE_V6, "metric", "1");
        assertNoAnswer(a, REMOTE_V4);
        assertNoAnswer(a, REMOTE_V6);
        assertNoAnswer(NODE, REMOTE_V4);
        assertThat(networking.filter().drops())
                .containsEntry("clear-outbound", 3L)
                .containsEntry("leaked", 0L);
        assertThat(networking.filter().leaked()).isZero();

        // And makes the first guard blind: the last one, at the device, stops and counts it as a leak.
        sh("nft", "flush", "chain", "inet", "espalier", "departure");
        assertNoAnswer(a, REMOTE_V4);
        assertNoAnswer(a, REMOTE_V6);
        assertThat(networking.filter().leaked()).isEqualTo(2);

        // What is no packet between pods passes, so that the capture shows that it sees packets.
        in(a, "ping -c 1 -W 2 " + OUTSIDE_V4);
        tcpdump.destroy();
        tcpdump.waitFor();
        assertThat(output("tcpdump", "-n", "-r", capture.toString(), "icmp")).contains(OUTSIDE_V4);
        assertThat(output("tcpdump", "-n", "-r", capture.toString(), "net 10.77.0.0/16 or net fd77::/16"))
                .doesNotContain("ICMP");
    }

    @Test
    @Tag("TUN-01")
    void aPodSendsFromItsOwnAddressesOnly() throws IOException {
        in(a, "ip addr add 10.77.1.200/32 dev eth0");
        in(a, "ip addr add fd77:1::200/128 dev eth0 nodad");
        for (int family = 0; family < 2; family++) {
            String foreign = family == 0 ? "10.77.1.200" : "fd77:1::200";
            in(a, "ping -c 1 -W 2 " + address(addedB, family));
            for (String target : List.of(
                    address(addedB, family),
                    (family == 0 ? V4 : V6).gateway().toString(),
                    family == 0 ? OUTSIDE_V4 : OUTSIDE_V6,
                    family == 0 ? REMOTE_V4 : REMOTE_V6)) {
                assertNoAnswer(a, target + " -I " + foreign);
            }
            // Also not from the address of its neighbour.
            in(a, "ip addr add " + address(addedB, family) + " dev eth0" + (family == 0 ? "" : " nodad"));
            assertNoAnswer(a, (family == 0 ? V4 : V6).gateway() + " -I " + address(addedB, family));
            in(a, "ip addr del " + address(addedB, family) + " dev eth0");
        }
        assertThat(networking.filter().drops()).containsEntry("spoofed-source", 10L);
    }

    @Test
    @Tag("TUN-01")
    void aPodsRouterAdvertisementsRedirectsAndForgedNeighboursAreStopped() throws IOException {
        byte[] host = RawFrames.mac(addedA.at("/interfaces/0/mac").asText());
        byte[] pod = RawFrames.mac(addedA.at("/interfaces/1/mac").asText());
        IpAddress own4 = IpAddress.parse(address(addedA, 0));
        IpAddress own6 = IpAddress.parse(address(addedA, 1));
        IpAddress other4 = IpAddress.parse(address(addedB, 0));
        IpAddress other6 = IpAddress.parse(address(addedB, 1));
        IpAddress linkLocal = IpAddress.parse("fe80::bad");
        IpAddress allNodes = IpAddress.parse("ff02::1");
        String neighbours = neighbours();
        long before = networking.filter().drops().getOrDefault("forged-neighbour", 0L);

        // RFC 4861 4.2: a router advertisement with a lifetime.
        byte[] advertisement = ByteBuffer.allocate(16)
                .putInt(134 << 24)
                .putInt(64 << 24 | 1800)
                .array();
        send(RawFrames.icmp(RawFrames.mac("33:33:00:00:00:01"), pod, linkLocal, allNodes, 255, advertisement));
        // RFC 4861 4.5: redirect, to the other pod through this one.
        byte[] redirect = ByteBuffer.allocate(40)
                .putInt(137 << 24)
                .putInt(0)
                .put(own6.toBytes())
                .put(IpAddress.parse(REMOTE_V6).toBytes())
                .array();
        send(RawFrames.icmp(host, pod, own6, other6, 255, redirect));
        // RFC 4861 4.4: a neighbour advertisement that overrides the other pod's address.
        byte[] neighbour = ByteBuffer.allocate(32)
                .putInt(136 << 24)
                .putInt(0x60000000)
                .put(other6.toBytes())
                .put((byte) 2)
                .put((byte) 1)
                .put(pod)
                .array();
        send(RawFrames.icmp(host, pod, own6, V6.gateway(), 255, neighbour));
        // RFC 792: redirect of what the other pod sends to the remote one.
        byte[] redirect4 = ByteBuffer.allocate(36)
                .putInt(5 << 24 | 1 << 16)
                .put(own4.toBytes())
                .put(ByteBuffer.allocate(28)
                        .putInt(0x45000000 | 28)
                        .putInt(0)
                        .putInt(64 << 24 | 1 << 16)
                        .put(other4.toBytes())
                        .put(IpAddress.parse(REMOTE_V4).toBytes())
                        .array())
                .array();
        send(RawFrames.icmp(host, pod, own4, other4, 64, redirect4));
        // RFC 826: "the other pod is at my address", as a reply and as a request (which only the reverse path stops).
        send(RawFrames.arp(host, pod, 2, pod, other4, host, V4.gateway()));
        assertThat(networking.filter().drops().getOrDefault("forged-neighbour", 0L))
                .isEqualTo(before + 5);
        send(RawFrames.arp(host, pod, 1, pod, other4, host, V4.gateway()));

        assertThat(neighbours()).isEqualTo(neighbours);
        in(b, "ping -c 1 -W 2 " + address(addedA, 0));
        in(b, "ping -c 1 -W 2 " + address(addedA, 1));
    }

    @Test
    void aPodThatIsBeingRemovedSendsAndReceivesNothingAndIsNotCountedAsAnythingElse() throws IOException {
        String host = Attachment.hostInterface(Attachment.key("a", "eth0"));
        sh("ip", "link", "set", host, "group", Integer.toString(Departures.GROUP));

        for (int family = 0; family < 2; family++) {
            assertNoAnswer(a, family == 0 ? OUTSIDE_V4 : OUTSIDE_V6);
            assertNoAnswer(a, address(addedB, family));
            assertNoAnswer(b, address(addedA, family));
        }
        assertThat(networking.filter().drops())
                .contains(entry("clear-inbound", 0L), entry("clear-outbound", 0L), entry("spoofed-source", 0L));
        sh("ip", "link", "set", host, "group", Integer.toString(PodWiring.POD_GROUP));
        in(a, "ping -c 1 -W 2 " + OUTSIDE_V4);
    }

    @Test
    void aPodDoesNotReachTheNodesLoopbackEvenWhereItIsRoutable() throws IOException {
        sh("sysctl", "-qw", "net.ipv4.conf.all.route_localnet=1");
        in(a, "ip route add 127.0.0.2/32 via 10.77.1.1 dev eth0");
        in(a, "ip rule add priority 0 lookup main");
        in(a, "sysctl -qw net.ipv4.conf.all.route_localnet=1");
        in(a, "ip addr del 127.0.0.1/8 dev lo");
        long before = networking.filter().drops().getOrDefault("spoofed-source", 0L);

        assertNoAnswer(a, "127.0.0.2");

        assertThat(networking.filter().drops().getOrDefault("spoofed-source", 0L))
                .isGreaterThan(before);
    }

    @Test
    @Tag("F-35")
    void whatOthersTakeAwayIsPutBackAndCountersGoOn() throws IOException {
        assertNoAnswer(outside, address(addedA, 0));
        // What was not read before somebody took a table away is lost.
        assertThat(networking.filter().drops()).containsEntry("clear-inbound", 1L);
        assertThat(node.call(networking::apply)).isZero();
        sh("nft", "add table inet others");
        assertThat(node.call(networking::apply)).as("changes of others").isZero();

        sh("nft", "flush", "ruleset");
        assertThat(node.call(networking::apply)).isEqualTo(2);
        assertNoAnswer(outside, address(addedA, 0));
        assertThat(networking.filter().drops()).containsEntry("clear-inbound", 2L);

        sh("nft", "insert", "rule", "inet", "espalier", "from-outside", "accept");
        assertThat(node.call(networking::apply)).isEqualTo(1);
        assertNoAnswer(outside, address(addedA, 0));
        assertThat(networking.filter().drops()).containsEntry("clear-inbound", 3L);
        sh("nft", "delete", "element", "inet", "espalier", "own4", "{ 10.77.1.0/24 }");
        assertThat(node.call(networking::apply)).isEqualTo(1);
        in(a, "ping -c 1 -W 2 " + OUTSIDE_V4);
    }

    @Test
    void whatAnotherVersionLeftIsReplacedAndUninstallingLeavesNothing() throws IOException {
        sh("nft", "delete table inet espalier; add table inet espalier; add set inet espalier own4 { type mark; }");
        assertThat(node.call(networking::apply)).isEqualTo(1);
        in(a, "ping -c 1 -W 2 " + OUTSIDE_V4);

        for (int i = 0; i < 2; i++) {
            node.call(() -> {
                NodeNetworking.removeFilter();
                return null;
            });
            assertThat(onNode("nft", "list", "tables")).doesNotContain("espalier");
        }
    }

    private void send(byte[] frame) throws IOException {
        inside(a, () -> {
            try (Rtnetlink netlink = Rtnetlink.open()) {
                RawFrames.send(netlink.links().get("eth0").index(), frame);
            }
            return null;
        });
    }

    private static String neighbours() throws IOException {
        return onNode("ip", "-4", "neigh", "show", "nud", "all")
                + onNode("ip", "-6", "neigh", "show", "nud", "permanent")
                + onNode("ip", "-6", "route", "show");
    }

    private static void assertNoAnswer(String namespace, String target) throws IOException {
        assertThat(output(("ip netns exec " + namespace + " ping -c 1 -W 0.3 " + target).split(" ")))
                .as(target)
                .startsWith("FAILED");
    }

    private static void assertEcho(Socket client, Socket server) throws IOException {
        client.getOutputStream().write('q');
        assertThat(server.getInputStream().read()).isEqualTo('q');
        server.getOutputStream().write('a');
        assertThat(client.getInputStream().read()).isEqualTo('a');
    }

    private static ServerSocket listen(String namespace, String address, int port) throws IOException {
        ServerSocket server = inside(namespace, () -> new ServerSocket(port, 1, InetAddress.getByName(address)));
        server.setSoTimeout(WAIT_MILLIS);
        return server;
    }

    private static Socket connect(String namespace, String address, int port) throws IOException {
        return inside(namespace, () -> {
            Socket socket = new Socket();
            socket.connect(new InetSocketAddress(InetAddress.getByName(address), port), WAIT_MILLIS);
            socket.setSoTimeout(WAIT_MILLIS);
            return socket;
        });
    }

    private static <T> T inside(String namespace, Callable<T> task) throws IOException {
        try (NetworkNamespace there = NetworkNamespace.named(namespace)) {
            return there.call(task);
        } catch (ErrnoException e) {
            throw new IOException(namespace + ": " + e.getMessage(), e);
        }
    }
}
