package dev.espalier.agent.loop;

import static dev.espalier.agent.loop.NamespacedNode.inner;
import static dev.espalier.agent.loop.NamespacedNode.underlay;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.espalier.esp.crypto.PacketCipher;
import dev.espalier.esp.packet.Drop;
import dev.espalier.esp.sad.InboundSa;
import dev.espalier.esp.sad.OutboundSa;
import dev.espalier.linux.netlink.Route;
import dev.espalier.linux.netns.Sysctl;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.UdpEndpoint;
import dev.espalier.wire.ip.UdpPath;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two data paths in two namespaces over a real link, TUN devices and sockets; SAs are installed by hand. */
@Tag("root")
@Timeout(60)
class DataPathRootTest {
    private static final int SPI_AB = 0xab00_0001;
    private static final int SPI_BA = 0xba00_0001;
    private static final int PORT = 7000;

    private NamespacedNode a;
    private NamespacedNode b;

    @BeforeEach
    void joinTwoNodes() throws IOException {
        List<NamespacedNode> nodes = NamespacedNode.pair();
        a = nodes.get(0);
        b = nodes.get(1);
    }

    @AfterEach
    void takeThemDown() throws IOException {
        a.close();
        b.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("Ping in both families, over an IPv4 and over an IPv6 underlay")
    void pingsAcross(boolean underlayV6) throws IOException {
        connect(underlayV6);
        for (boolean v6 : new boolean[] {false, true}) {
            assertThat(a.run(
                            "ping",
                            "-c",
                            "3",
                            "-i",
                            "0.05",
                            // Until all are back, however slow this machine is; -W alone gives up after two round
                            // trips.
                            "-w",
                            "15",
                            inner(2, v6).toString()))
                    .contains("3 received");
        }
        await().until(() -> a.dataPath.statistics().packetsOut() >= 6
                && b.dataPath.statistics().packetsIn() >= 6
                && b.dataPath.statistics().packetsOut() >= 6);
    }

    @Test
    @Tag("ESP-14")
    @DisplayName("Packets sent before there is an SA arrive after it, in order; none in clear")
    void holdsFirstPacketsUntilTheSa() throws IOException {
        try (DatagramSocket from = a.socket(inner(1, false), PORT);
                DatagramSocket to = b.socket(inner(2, false), PORT)) {
            for (int i = 0; i < 5; i++) {
                send(from, i);
            }
            await().until(() -> a.control.needed.contains("node-2"));
            connect(false);
            for (int i = 0; i < 5; i++) {
                assertThat(receive(to)).isEqualTo(i);
            }
        }
        assertThat(a.control.needed).containsExactly("node-2");
        assertThat(drops(a)).isZero();
    }

    @Test
    @Tag("IKE-24")
    @DisplayName("A numbered stream crosses 20 rekeys with none lost and in order")
    void losesNothingInRekeys() throws Exception {
        connect(false);
        int total = 4000;
        try (DatagramSocket from = a.socket(inner(1, true), PORT);
                DatagramSocket to = b.socket(inner(2, true), PORT)) {
            // Never more under way than the receiving socket holds, however slow this machine makes its reader.
            Semaphore room = new Semaphore(100);
            Thread sender = Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0; i < total; i++) {
                        room.acquire();
                        sendTo(from, inner(2, true), PORT, number(i));
                    }
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            int rekeys = 0;
            for (int i = 0; i < total; i++) {
                assertThat(receive(to)).isEqualTo(i);
                room.release();
                if (i % (total / 20) == 0) {
                    rekeyOutbound(rekeys++);
                }
            }
            sender.join();
            assertThat(rekeys).isEqualTo(20);
        }
        assertThat(drops(a)).isZero();
        assertThat(drops(b)).isZero();
    }

    /** New inbound half, new outbound half, old outbound half away; the old inbound half stays for what is in flight. */
    private void rekeyOutbound(int round) {
        b.installInbound(1, SPI_AB + 1 + round, b.path(1, false));
        a.installOutbound(2, SPI_AB + 1 + round, a.path(2, false));
        assertThat(a.database.removeOutbound("node-2", SPI_AB + round)).isPresent();
    }

    @Test
    @Tag("ESP-03")
    @Tag("IKE-46")
    @DisplayName(
            "A captured packet gets in once, from elsewhere too (which IKE is told); again it is a replay; changed it is a forgery")
    void opensACapturedPacketOnce() throws IOException {
        byte[] esp = capture();
        b.installInbound(1, SPI_AB, b.path(1, false));
        try (DatagramSocket attacker = a.socket(underlay(1, false), 6666);
                DatagramSocket to = b.socket(inner(2, false), PORT)) {
            byte[] forged = esp.clone();
            forged[30] ^= 1;
            sendTo(attacker, underlay(2, false), 4500, forged);
            sendTo(attacker, underlay(2, false), 4500, esp);
            sendTo(attacker, underlay(2, false), 4500, esp);

            assertThat(receive(to)).isEqualTo(77);
            awaitDrop(b, Drop.FORGED, 1);
            awaitDrop(b, Drop.REPLAYED, 1);
            assertThat(b.control.moved)
                    .containsExactly(new UdpPath(
                            new UdpEndpoint(underlay(2, false), 4500), new UdpEndpoint(underlay(1, false), 6666)));
            to.setSoTimeout(100);
            assertThatThrownBy(() -> receive(to)).isInstanceOf(SocketTimeoutException.class);
        }
    }

    /** An ESP packet that A sealed with number 77 in it, taken off the wire before B could see it. */
    private byte[] capture() throws IOException {
        UdpPath aside =
                new UdpPath(new UdpEndpoint(underlay(1, false), 4500), new UdpEndpoint(underlay(2, false), 5555));
        OutboundSa sa = a.installOutbound(2, SPI_AB, aside);
        try (DatagramSocket from = a.socket(inner(1, false), PORT);
                DatagramSocket recorder = b.socket(underlay(2, false), 5555)) {
            send(from, 77);
            DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
            recorder.receive(packet);
            assertThat(packet.getPort()).isEqualTo(4500);
            assertThat(sa.usage().packets()).isEqualTo(1);
            byte[] esp = Arrays.copyOf(packet.getData(), packet.getLength());
            assertThat(new String(esp, StandardCharsets.ISO_8859_1))
                    .as("nothing of the inner packet in clear")
                    .doesNotContain(new String(number(77), StandardCharsets.ISO_8859_1));
            return esp;
        }
    }

    @Test
    @Tag("ESP-12")
    @DisplayName("A plaintext packet from the wire with inner addresses does not reach the inner address")
    void dropsPlaintextFromTheWire() throws IOException {
        connect(false);
        a.namespace.call(() -> {
            a.netlink
                    .routes()
                    .replace(Route.via(
                            NamespacedNode.pods(2, false),
                            underlay(2, false),
                            a.netlink.links().get(NamespacedNode.UPLINK).index()));
            return null;
        });
        try (DatagramSocket from = a.socket(inner(1, false), PORT);
                DatagramSocket to = b.socket(inner(2, false), PORT)) {
            // The control: without the filter that the agent sets on uplinks this would get in.
            b.namespace.call(() -> {
                Sysctl.set("net/ipv4/conf/all/rp_filter", "0");
                Sysctl.set("net/ipv4/conf/up/rp_filter", "0");
                return null;
            });
            send(from, 1);
            assertThat(receive(to)).isEqualTo(1);
            b.namespace.call(() -> {
                Sysctl.set("net/ipv4/conf/up/rp_filter", "1");
                return null;
            });
            send(from, 2);
            a.addInnerRoutes(2);
            send(from, 3);
            assertThat(receive(to)).as("2 came in clear, 3 sealed").isEqualTo(3);
        }
    }

    @Test
    @Tag("UDP-01")
    @Tag("UDP-02")
    @Tag("UDP-04")
    @DisplayName("Each port tells IKE, ESP, keepalives and garbage apart, and counts what it drops")
    void sortsDatagrams() throws IOException {
        byte[] ike = new byte[40];
        ike[0] = 9;
        byte[] marked = new byte[44];
        marked[4] = 9;
        try (DatagramSocket from = a.socket(underlay(1, false), 6666)) {
            sendTo(from, underlay(2, false), 500, ike);
            sendTo(from, underlay(2, false), 4500, marked);
            sendTo(from, underlay(2, false), 4500, new byte[] {(byte) 0xff});
            sendTo(from, underlay(2, false), 4500, new byte[] {1, 2, 3});
            sendTo(from, underlay(2, false), 500, new byte[0]);
            sendTo(from, underlay(2, false), 4500, ike);
            sendTo(from, underlay(2, false), 4500, new byte[20_000]);
            await().until(() -> b.dataPath.statistics().ikeDatagrams() == 2
                    && b.dataPath.statistics().keepalives() == 1);
            awaitDrop(b, Drop.RUNT_DATAGRAM, 2);
            awaitDrop(b, Drop.UNKNOWN_SPI, 1);
            awaitDrop(b, Drop.DATAGRAM_TRUNCATED, 1);
            b.control.full = true;
            sendTo(from, underlay(2, false), 500, ike);
            awaitDrop(b, Drop.IKE_QUEUE_FULL, 1);
        }
        assertThat(b.control.ike)
                .extracting(RecordingControlPlane.IkeMessage::datagram)
                .containsOnly(Octets.of(ike));
        assertThat(b.control.ike)
                .extracting(message -> message.path().local())
                .containsExactlyInAnyOrder(
                        new UdpEndpoint(underlay(2, false), 500), new UdpEndpoint(underlay(2, false), 4500));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("IKE messages leave from the port that they ought to, marked on 4500 alone, and arrive as they were")
    void carriesIke(boolean v6) throws IOException {
        Octets message = Octets.of(new byte[3000]);
        for (int port : new int[] {500, 4500}) {
            a.dataPath.sendIke(
                    new UdpPath(new UdpEndpoint(underlay(1, v6), port), new UdpEndpoint(underlay(2, v6), port)),
                    message);
        }
        await().until(() -> b.control.ike.size() == 2);
        assertThat(b.control.ike).allMatch(received -> received.datagram().equals(message));
        assertThat(b.control.ike)
                .extracting(RecordingControlPlane.IkeMessage::path)
                .allMatch(path -> path.local().port() == path.remote().port()
                        && path.remote().address().equals(underlay(1, v6)));
    }

    @Test
    @DisplayName("What the link cannot take is counted; when it is back so is the traffic")
    void outlivesTheLinkGoingDown() throws IOException {
        connect(false);
        int uplink = a.netlink.links().get(NamespacedNode.UPLINK).index();
        try (DatagramSocket from = a.socket(inner(1, false), PORT);
                DatagramSocket to = b.socket(inner(2, false), PORT)) {
            a.netlink.links().setDown(uplink);
            send(from, 1);
            awaitDrop(a, Drop.SEND_FAILED, 1);
            a.netlink.links().setUp(uplink);
            send(from, 2);
            assertThat(receive(to)).isEqualTo(2);
        }
        assertThat(a.control.trouble).isEmpty();
        await().until(() -> a.dataPath.statistics().packetsOut() == 1);
    }

    @Test
    @DisplayName("What the tunnel device cannot take is counted; when it is up again so is the traffic")
    void outlivesTheDeviceGoingDown() throws IOException {
        connect(false);
        try (DatagramSocket from = a.socket(inner(1, false), PORT);
                DatagramSocket to = b.socket(inner(2, false), PORT)) {
            b.netlink.links().setDown(b.tunIndex());
            send(from, 1);
            awaitDrop(b, Drop.TUN_WRITE_FAILED, 1);
            b.netlink.links().setUp(b.tunIndex());
            // The kernel forgot the routes, which is the reconciler's business; without them rp_filter refuses the
            // packet.
            b.addInnerRoute(1, false);
            send(from, 2);
            assertThat(receive(to)).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("A device that is taken away is reported once, and the loop neither dies nor spins")
    void reportsALostDevice() throws IOException {
        a.netlink.links().delete("espalier0");
        await().until(() -> !a.control.trouble.isEmpty());

        await().during(Duration.ofMillis(700)).until(() -> a.control.trouble.size() == 1);
        assertThat(a.control.trouble.getFirst()).startsWith("esp-out: read TUN device: ");
    }

    @Test
    @DisplayName("A bug that one SA's packets hit is counted and reported; other SAs go on")
    void containsABugOfOurs() throws IOException {
        connect(false);
        PacketCipher broken = new PacketCipher() {
            @Override
            public void seal(MemorySegment memory, long at, int textLength, long sequence) {
                throw new IllegalStateException("broken on purpose");
            }

            @Override
            public boolean open(MemorySegment memory, long at, int textLength, long sequence) {
                throw new IllegalStateException("broken on purpose");
            }

            @Override
            public void close() {}
        };
        OutboundSa sa = new OutboundSa(a.parameters(2, SPI_AB + 1, a.path(2, false)), broken);
        a.database.install(sa);
        try (DatagramSocket from = a.socket(inner(1, false), PORT);
                DatagramSocket to = b.socket(inner(2, false), PORT)) {
            send(from, 1);
            send(from, 2);
            awaitDrop(a, Drop.INTERNAL_ERROR, 2);
            a.database.removeOutbound("node-2", SPI_AB + 1);
            send(from, 3);
            assertThat(receive(to)).isEqualTo(3);
        }
        assertThat(a.control.trouble).containsExactly("esp-out: broken on purpose");
    }

    @Test
    @Tag("ESP-17")
    @DisplayName("A sender whose packets do not fit the path is told the size that does, and then gets through")
    void tellsSendersThePathMtu() throws IOException {
        OutboundSa sa = a.installOutbound(2, SPI_AB, a.path(2, false));
        b.installInbound(1, SPI_AB, b.path(1, false));
        b.installOutbound(1, SPI_BA, b.path(1, false));
        a.installInbound(2, SPI_BA, a.path(2, false));
        sa.setPathMtu(1300);

        String output = a.run("ping", "-M", "do", "-c", "2", "-i", "0.05", "-W", "2", "-s", "1300", "10.42.2.1");
        assertThat(output).containsPattern("(?i)frag needed and DF set \\(mtu = 1238\\)");
        assertThat(a.run("ping", "-M", "do", "-c", "1", "-W", "2", "-s", "1210", "10.42.2.1"))
                .contains("1 received");
    }

    @Test
    @Tag("ESP-15")
    @DisplayName("DSCP and ECN of the inner packet show on the outer one, marks of the path come through inside")
    void carriesCongestionMarks() throws IOException {
        connect(false);
        try (DatagramSocket from = a.socket(inner(1, false), PORT);
                DatagramSocket to = b.socket(inner(2, false), PORT)) {
            from.setTrafficClass(0x2a);
            send(from, 5);
            assertThat(receive(to)).isEqualTo(5);
        }
        // Had the outer field been other than ECT(0), RFC 6040 would have changed or dropped the packet; the outer DSCP
        // is checked where sockets are.
        assertThat(drops(b)).isZero();
    }

    @Test
    @DisplayName("An SA that is removed takes its packets in flight with it, counted as unknown")
    void forgetsRemovedSas() throws IOException {
        connect(false);
        assertThat(b.database.removeInbound(SPI_AB)).map(InboundSa::spi).contains(SPI_AB);
        try (DatagramSocket from = a.socket(inner(1, false), PORT)) {
            send(from, 1);
        }
        awaitDrop(b, Drop.UNKNOWN_SPI, 1);
    }

    @Test
    @DisplayName("Stops within a moment, loops idle or not, and leaves no thread behind")
    void stopsPromptly() {
        long before = System.nanoTime();
        a.dataPath.close();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofMillis(500));
        b.dataPath.close();

        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("esp-out") || name.startsWith("udp-in-"));
    }

    private void connect(boolean underlayV6) {
        b.installInbound(1, SPI_AB, b.path(1, underlayV6));
        a.installInbound(2, SPI_BA, a.path(2, underlayV6));
        a.installOutbound(2, SPI_AB, a.path(2, underlayV6));
        b.installOutbound(1, SPI_BA, b.path(1, underlayV6));
    }

    private static void send(DatagramSocket from, int number) throws IOException {
        sendTo(from, inner(2, false), PORT, number(number));
    }

    private static void sendTo(DatagramSocket from, IpAddress to, int port, byte[] octets) throws IOException {
        from.send(new DatagramPacket(octets, octets.length, to.toInetAddress(), port));
    }

    private static byte[] number(int number) {
        return ByteBuffer.allocate(64)
                .putInt(number)
                .putLong(0x6573_7061_6c69_6572L)
                .array();
    }

    private static int receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
        socket.receive(packet);
        return ByteBuffer.wrap(packet.getData()).getInt();
    }

    private static void awaitDrop(NamespacedNode node, Drop drop, long count) {
        await().alias(drop.reason())
                .until(() -> node.dataPath.statistics().drops().getOrDefault(drop, 0L) == count);
    }

    /** All but the kernel's chatter on a device that came up. */
    private static long drops(NamespacedNode node) {
        return node.dataPath.statistics().drops().entrySet().stream()
                .filter(entry -> entry.getKey() != Drop.LINK_LOCAL)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }
}
