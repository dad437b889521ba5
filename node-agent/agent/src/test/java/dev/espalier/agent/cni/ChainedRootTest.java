package dev.espalier.agent.cni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.agent.reconcile.NodeNetworking;
import dev.espalier.cni.CniErrorCode;
import dev.espalier.linux.netns.NetworkNamespace;
import dev.espalier.wire.ip.Prefix;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chains with the reference plugins of the CNI project (Debian: containernetworking-plugins), called as a runtime calls them. */
@Tag("root")
@Timeout(60)
class ChainedRootTest extends NodeWithCni {
    private static final Path PLUGINS = Path.of("/usr/lib/cni");
    private static final String NODE_V4 = "192.0.2.1";
    private static final String OUTSIDE_V4 = "192.0.2.2";
    private static final String REMOTE_V4 = "10.77.2.9";
    private static final String REMOTE_V6 = "fd77:2::9";
    private static final List<Prefix> REMOTE = List.of(Prefix.parse("10.77.2.0/24"), Prefix.parse("fd77:2::/64"));

    private String outside;
    private @Nullable NodeNetworking networking;

    @BeforeEach
    void makeTheWorld() throws IOException {
        assumeTrue(Files.isExecutable(PLUGINS.resolve("bridge")), PLUGINS + " has no reference plugins");
        outside = pod("outside");
        sh("ip", "link", "add", "up0", "type", "veth", "peer", "name", "up0", "netns", outside);
        sh("ip", "addr", "add", NODE_V4 + "/24", "dev", "up0");
        sh("ip", "link", "set", "up0", "up");
        in(outside, "ip addr add " + OUTSIDE_V4 + "/24 dev up0");
        in(outside, "ip link set up0 up");
        in(outside, "ip route add 10.77.0.0/16 via " + NODE_V4);
        sh("ip", "route", "add", "default", "via", OUTSIDE_V4);
        sh("ip", "tuntap", "add", "dev", "espalier0", "mode", "tun");
    }

    @AfterEach
    void closeNetworking() {
        if (networking != null) {
            networking.close();
        }
    }

    private NodeNetworking start(boolean chainedMode) throws IOException {
        chained = chainedMode;
        remotePods = REMOTE;
        NodeNetworking started = node.call(
                () -> new NodeNetworking("espalier0", "up0", List.of(V4.prefix(), V6.prefix()), REMOTE, chainedMode));
        networking = started;
        node.call(started::apply);
        return started;
    }

    @ParameterizedTest
    @ValueSource(strings = {"bridge", "ptp"})
    @Tag("CNI-04")
    @Tag("ESP-12")
    @Tag("TUN-01")
    @Tag("TUN-02")
    void anotherPluginsPodIsProtectedAndItsWiringStays(String plugin) throws IOException {
        NodeNetworking started = start(true);
        String a = pod("a");
        ObjectNode first = plugin(plugin);
        JsonNode wired = reference(plugin, "ADD", a, first);
        JsonNode result = added(a, wired);

        assertThat(result).isEqualTo(wired);
        String v4 = address(wired, 0);
        sh(
                "nft",
                "add table inet seen; add counter inet seen v4; add counter inet seen v6; add chain inet seen post "
                        + "{ type filter hook postrouting priority 350; }; add rule inet seen post oifname espalier0 ip saddr "
                        + v4
                        + " counter name v4; add rule inet seen post oifname espalier0 ip6 saddr " + address(wired, 1)
                        + " counter name v6");
        // The other plugin masquerades what leaves for outside, and does not what leaves for the tunnel.
        in(a, "ping -c 1 -W 2 " + OUTSIDE_V4);
        assertNoAnswer(a, REMOTE_V4);
        // More than one: another plugin's pod asks for its neighbours first, once its addresses are no longer
        // tentative.
        output("ip", "netns", "exec", a, "ping", "-c", "6", "-i", "0.5", "-W", "0.5", REMOTE_V6);
        assertThat(onNode("nft", "list", "counter", "inet", "seen", "v4")).contains("packets 1 ");
        assertThat(onNode("nft", "list", "counter", "inet", "seen", "v6"))
                .contains("packets ")
                .doesNotContain("packets 0 ");
        // Outside reaches the pod as before; somebody there who claims to be a pod of another node does not.
        in(outside, "ping -c 1 -W 2 " + v4);
        in(outside, "ip addr add " + REMOTE_V4 + "/32 dev lo");
        assertNoAnswer(outside, v4 + " -I " + REMOTE_V4);
        assertThat(started.filter().drops()).containsEntry("clear-inbound", 1L).containsEntry("clear-outbound", 0L);

        // The agent is dead, the device gone with it.
        sh("ip", "link", "del", "espalier0");
        assertThat(output("ip", "netns", "exec", a, "ping", "-c", "1", "-W", "1", REMOTE_V4))
                .contains("Unreachable");
        assertNoAnswer(outside, v4 + " -I " + REMOTE_V4);
        assertThat(started.filter().drops()).containsEntry("clear-inbound", 2L).containsEntry("clear-outbound", 0L);
    }

    @Test
    @Tag("CNI-04")
    @Tag("CNI-08")
    @Tag("CNI-09")
    @Tag("CNI-10")
    void theOtherOperationsOfAChain() throws IOException {
        NodeNetworking started = start(true);
        String a = pod("a");
        String b = pod("b");
        JsonNode wired = reference("bridge", "ADD", a, plugin("bridge"));
        JsonNode wiredB = reference("bridge", "ADD", b, plugin("bridge"));
        added(a, wired);
        added(b, wiredB);
        in(a, "ping -c 1 -W 2 " + address(wiredB, 0));
        in(a, "ping -c 1 -W 2 " + address(wiredB, 1));
        ObjectNode config = chain(wired);
        assertThat(cni("CHECK", "a", a, config).exitCode()).isZero();
        sh("ip", "rule", "del", "priority", "77");
        Answer check = cni("CHECK", "a", a, config);
        assertThat(check.code()).isEqualTo(CniErrorCode.CHECK_FAILED);
        assertThat(check.json().get("msg").asText()).contains("IPv4 rule");
        node.call(started::apply);
        assertThat(cni("CHECK", "a", a, config).exitCode()).isZero();

        assertThat(cni("STATUS", "", "", chain(null)).exitCode()).isZero();
        ObjectNode gc = chain(null);
        gc.putArray("cni.dev/valid-attachments");
        assertThat(cni("GC", "", "", gc).exitCode()).isZero();
        in(a, "ping -c 1 -W 2 " + OUTSIDE_V4);
        // In the reverse order of ADD, with and without the result of it.
        assertThat(cni("DEL", "a", a, config).exitCode()).isZero();
        assertThat(cni("DEL", "a", "", chain(null)).exitCode()).isZero();
        in(a, "ping -c 1 -W 2 " + OUTSIDE_V4);
        reference("bridge", "DEL", a, plugin("bridge"));
    }

    @Test
    @Tag("CNI-04")
    @Tag("CNI-12")
    void whatCannotBeProtectedIsRefused() throws IOException {
        start(true);
        String a = pod("a");
        assertThat(cni("ADD", "a", a, chain(null)).code()).isEqualTo(CniErrorCode.INVALID_CONFIGURATION);
        assertThat(cni("ADD", "a", a, config("1.1.0")).json().get("msg").asText())
                .contains("ESPALIER_CNI_MODE");
        ObjectNode foreign = JSON.createObjectNode().put("cniVersion", "1.0.0");
        foreign.putArray("ips").addObject().put("address", REMOTE_V4 + "/24");
        Answer refused = cni("ADD", "a", a, chain(foreign));
        assertThat(refused.code()).isEqualTo(CniErrorCode.INVALID_CONFIGURATION);
        assertThat(refused.json().get("msg").asText()).contains(REMOTE_V4);
        readiness = new Readiness.NotReady("the packet filter is not loaded", true);
        ObjectNode own = JSON.createObjectNode().put("cniVersion", "1.0.0");
        own.putArray("ips").addObject().put("address", "10.77.1.7/24");
        assertThat(cni("ADD", "a", a, chain(own)).code()).isEqualTo(CniErrorCode.TRY_AGAIN_LATER);
    }

    @Test
    @Tag("CNI-04")
    void aHostPortByPortmapBehindUsReachesThePod() throws IOException {
        start(false);
        String a = pod("a");
        JsonNode result = cni("ADD", "a", a, config("1.0.0")).json();
        String address = address(result, 0);
        ObjectNode portmap = config("1.0.0").put("type", "portmap");
        portmap.putObject("capabilities").put("portMappings", true);
        portmap.putObject("runtimeConfig")
                .putArray("portMappings")
                .addObject()
                .put("hostPort", 30081)
                .put("containerPort", 8080)
                .put("protocol", "tcp");
        portmap.set("prevResult", result);
        reference("portmap", "ADD", a, portmap);

        try (ServerSocket server = inside(a, () -> new ServerSocket(8080, 1, InetAddress.getByName(address)));
                Socket client = inside(outside, () -> {
                    Socket socket = new Socket();
                    socket.connect(new InetSocketAddress(NODE_V4, 30081), 3000);
                    return socket;
                });
                Socket accepted = server.accept()) {
            client.getOutputStream().write('q');
            assertThat(accepted.getInputStream().read()).isEqualTo('q');
            assertThat(accepted.getInetAddress()).isEqualTo(InetAddress.getByName(OUTSIDE_V4));
        }
        reference("portmap", "DEL", a, portmap);
        assertThat(cni("DEL", "a", a, config("1.0.0")).exitCode()).isZero();
        nothingIsLeft();
    }

    private ObjectNode plugin(String type) throws IOException {
        ObjectNode config = JSON.createObjectNode()
                .put("cniVersion", "1.0.0")
                .put("name", "other")
                .put("type", type)
                .put("ipMasq", true);
        if (type.equals("bridge")) {
            config.put("bridge", "cni0").put("isGateway", true);
        }
        ObjectNode ipam = config.putObject("ipam")
                .put("type", "host-local")
                .put("dataDir", run.resolve("ipam").toString());
        var ranges = ipam.putArray("ranges");
        ranges.addArray().addObject().put("subnet", V4.prefix().toString());
        ranges.addArray().addObject().put("subnet", V6.prefix().toString());
        var routes = ipam.putArray("routes");
        routes.addObject().put("dst", "0.0.0.0/0");
        routes.addObject().put("dst", "::/0");
        return config;
    }

    private static ObjectNode chain(@Nullable JsonNode prevResult) {
        ObjectNode config = JSON.createObjectNode()
                .put("cniVersion", prevResult == null ? "1.1.0" : "1.0.0")
                .put("name", "other")
                .put("type", "espalier")
                .put("mode", "chained");
        if (prevResult != null) {
            config.set("prevResult", prevResult);
        }
        return config;
    }

    private JsonNode added(String pod, JsonNode prevResult) throws IOException {
        Answer answer = cni("ADD", pod, pod, chain(prevResult));
        assertThat(answer.exitCode()).as(answer.json().toString()).isZero();
        return answer.json();
    }

    private static JsonNode reference(String plugin, String command, String pod, JsonNode config) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                "ip", "netns", "exec", NODE, PLUGINS.resolve(plugin).toString());
        builder.environment().put("CNI_COMMAND", command);
        builder.environment().put("CNI_CONTAINERID", pod);
        builder.environment().put("CNI_NETNS", "/run/netns/" + pod);
        builder.environment().put("CNI_IFNAME", "eth0");
        builder.environment().put("CNI_PATH", PLUGINS.toString());
        Process process = builder.redirectErrorStream(true).start();
        try (var in = process.getOutputStream()) {
            in.write(config.toString().getBytes(StandardCharsets.UTF_8));
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertThat(process.waitFor())
                    .as("%s %s: %s", plugin, command, output)
                    .isZero();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return JSON.readTree(output.isBlank() ? "{}" : output);
    }

    private static <T> T inside(String namespace, java.util.concurrent.Callable<T> task) throws IOException {
        try (NetworkNamespace there = NetworkNamespace.named(namespace)) {
            return there.call(task);
        }
    }

    private static void assertNoAnswer(String namespace, String target) throws IOException {
        assertThat(output(("ip netns exec " + namespace + " ping -c 1 -W 0.3 " + target).split(" ")))
                .as(target)
                .startsWith("FAILED");
    }
}
