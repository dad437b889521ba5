package dev.espalier.agent.loop;

import static dev.espalier.agent.loop.NamespacedNode.inner;
import static dev.espalier.agent.loop.NamespacedNode.underlay;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.espalier.esp.sad.OutboundSa;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two data paths with a router between them whose link to the second is narrower than what the first knows of. */
@Tag("root")
@Tag("ESP-17")
@Timeout(60)
class PathMtuRootTest {
    private static final int SPI_AB = 0x1001;
    private static final int SPI_BA = 0x1002;

    private final String router = "esp" + ProcessHandle.current().pid() + "r";
    private NamespacedNode a;
    private NamespacedNode b;
    private OutboundSa sa;
    private PathMtus mtus;
    private long nowNanos;

    @BeforeEach
    void joinThroughARouter() throws IOException {
        List<NamespacedNode> nodes = NamespacedNode.pair();
        a = nodes.get(0);
        b = nodes.get(1);
        b.installInbound(1, SPI_AB, b.path(1, false));
        a.installInbound(2, SPI_BA, a.path(2, false));
        sa = a.installOutbound(2, SPI_AB, a.path(2, false));
        b.installOutbound(1, SPI_BA, b.path(1, false));
        mtus = new PathMtus(a.database, a.dataPath::probe);
        a.run("ip", "link", "del", "dev", NamespacedNode.UPLINK);
        run("ip", "netns", "add", router);
        inRouter("sysctl", "-qw", "net.ipv4.ip_forward=1");
        inRouter("ip", "addr", "add", "192.0.2.254/32", "dev", "lo");
        inRouter("ip", "link", "set", "lo", "up");
        for (NamespacedNode node : nodes) {
            String side = "to" + node.number;
            inRouter("ip", "link", "add", side, "type", "veth", "peer", "name", "up" + node.number);
            inRouter("ip", "link", "set", "dev", "up" + node.number, "netns", node.namespaceName());
            node.run("ip", "link", "set", "dev", "up" + node.number, "name", NamespacedNode.UPLINK);
            node.run("ip", "addr", "add", underlay(node.number, false) + "/24", "dev", NamespacedNode.UPLINK);
            node.run("ip", "link", "set", "dev", NamespacedNode.UPLINK, "up");
            inRouter("ip", "link", "set", side, "up");
            inRouter("ip", "route", "add", underlay(node.number, false) + "/32", "dev", side);
            // The nodes take each other for neighbours.
            inRouter(
                    "sysctl",
                    "-qw",
                    "net.ipv4.conf." + side + ".proxy_arp=1",
                    "net.ipv4.neigh." + side + ".proxy_delay=0");
        }
        assertThat(a.run("ping", "-c", "1", "-w", "15", inner(2, false).toString()))
                .containsPattern("[1-9] received");
    }

    @AfterEach
    void takeThemDown() throws IOException {
        a.close();
        b.close();
        run("ip", "netns", "del", router);
    }

    @Test
    @Tag("ESP-18")
    @DisplayName("What a router says of a probe is learned, told to senders, and taken back when the kernel forgets it")
    void learnsFromRouters() throws IOException {
        refresh();
        assertThat(sa.pathMtu()).isEqualTo(1500);

        inRouter("ip", "link", "set", "to2", "mtu", "1400");
        ping(64);
        nowNanos += 60_000_000_000L;
        await().until(() -> {
            refresh();
            return sa.pathMtu() == 1400;
        });

        assertThat(ping(1372)).containsPattern("(?i)frag needed and DF set \\(mtu = 1338\\)");
        assertThat(ping(1310)).contains("1 received");
        a.run("ip", "route", "flush", "cache");
        refresh();
        assertThat(sa.pathMtu()).isEqualTo(1500);
    }

    @Test
    @DisplayName("A path that nobody uses is not probed, one in use once a minute")
    void probesSeldom() throws IOException {
        long before = sa.usage().packets();
        refresh();
        assertThat(sa.usage().packets()).as("the first").isEqualTo(before + 1);
        refresh();
        ping(64);
        refresh();
        assertThat(sa.usage().packets()).as("too soon").isEqualTo(before + 2);
        nowNanos += 60_000_000_000L;
        refresh();
        refresh();
        assertThat(sa.usage().packets()).as("after a minute").isEqualTo(before + 3);
        nowNanos += 60_000_000_000L;
        refresh();
        assertThat(sa.usage().packets()).as("not used since").isEqualTo(before + 3);
        await().until(() -> b.dataPath.statistics().dummiesIn() == 2);
    }

    @Test
    @Tag("F-23")
    @DisplayName("Where routers say nothing, packets are fragmented on the way and TCP goes on")
    void survivesSilentRouters() throws Exception {
        inRouter("nft", "add", "table", "ip", "silent");
        inRouter("nft", "add", "chain", "ip", "silent", "out", "{ type filter hook output priority 0; }");
        inRouter("nft", "add", "rule", "ip", "silent", "out", "icmp", "type", "destination-unreachable", "drop");
        for (int mtu : new int[] {1400, 1280}) {
            inRouter("ip", "link", "set", "to2", "mtu", Integer.toString(mtu));
            ping(64);
            nowNanos += 60_000_000_000L;
            refresh();
            assertThat(OffloadsRootTest.transfer(a, b, false)).isTrue();
            refresh();
            assertThat(sa.pathMtu()).isEqualTo(1500);
        }
        assertThat(inRouter("nstat", "-az", "IpFragCreates")).doesNotContainPattern("IpFragCreates +0 ");
    }

    private void refresh() throws IOException {
        a.namespace.call(() -> {
            mtus.refresh(nowNanos);
            return null;
        });
    }

    private String ping(int octets) throws IOException {
        return a.run(
                "ping",
                "-M",
                "do",
                "-c",
                "1",
                "-W",
                "5",
                "-s",
                Integer.toString(octets),
                inner(2, false).toString());
    }

    private String inRouter(String... command) throws IOException {
        String[] whole = new String[command.length + 4];
        System.arraycopy(new String[] {"ip", "netns", "exec", router}, 0, whole, 0, 4);
        System.arraycopy(command, 0, whole, 4, command.length);
        return run(whole);
    }

    private static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertThat(process.waitFor())
                    .as(String.join(" ", command) + ": " + output)
                    .isZero();
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
        return output;
    }
}
