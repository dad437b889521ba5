package dev.espalier.agent.loop;

import static dev.espalier.agent.loop.NamespacedNode.inner;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.agent.crypto.LibcryptoBackend;
import dev.espalier.esp.crypto.CipherBackend;
import dev.espalier.esp.crypto.JdkCipherBackend;
import dev.espalier.esp.crypto.NullCipherBackend;
import dev.espalier.esp.packet.Drop;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every way to do without one of the kernel's offloads, and every cipher backend, with TCP through it: each has to carry it whole. */
@Tag("root")
class OffloadsRootTest {
    private static final int OCTETS = 8 << 20;
    private static final int PORT = 9100;
    private static final int SPI_AB = 0x1001;
    private static final int SPI_BA = 0x1002;

    private List<NamespacedNode> nodes = List.of();

    @AfterEach
    void removeNodes() throws IOException {
        for (NamespacedNode node : nodes) {
            node.close();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            auto            | auto            | jdk
            auto            | auto            | libcrypto
            auto            | auto            | null
            none            | none            | jdk
            auto            | none            | libcrypto
            none            | auto            | libcrypto
            tso,uso,gso     | tso,uso,gso     | libcrypto
            tso,uso,gro     | tso,uso,gro     | libcrypto
            gso,gro         | gso,gro         | libcrypto
            tso,gso,gro     | uso,gso,gro     | jdk
            """)
    @DisplayName("TCP arrives whole both ways over IPv4 and IPv6, with and without each offload on either side")
    void carriesTcp(String first, String second, String cipher) throws Exception {
        nodes = NamespacedNode.pair(Offloads.parse(first), Offloads.parse(second), backend(cipher));
        connect();
        for (boolean v6 : new boolean[] {false, true}) {
            assertThat(transfer(nodes.get(0), nodes.get(1), v6)).isTrue();
            assertThat(transfer(nodes.get(1), nodes.get(0), v6)).isTrue();
        }
        assertThat(nodes.get(0).offloads.gso()).isEqualTo(Offloads.parse(first).gso());
        for (NamespacedNode node : nodes) {
            assertThat(node.control.trouble).isEmpty();
            assertThat(node.dataPath.statistics().drops().getOrDefault(Drop.SEND_FAILED, 0L))
                    .isZero();
            assertThat(node.dataPath.statistics().drops().getOrDefault(Drop.TUN_WRITE_FAILED, 0L))
                    .isZero();
            assertThat(node.run("nstat", "-az", "TcpInCsumErrors")).containsPattern("TcpInCsumErrors +0 ");
        }
    }

    @Test
    @Tag("ESP-17")
    @DisplayName("Where the underlay is too narrow to be cut for, packets go one by one and the kernel fragments them")
    void goesOnWhereSegmentationIsRefused() throws Exception {
        nodes = NamespacedNode.pair(Offloads.ALL, Offloads.ALL, new JdkCipherBackend());
        connect();
        for (NamespacedNode node : nodes) {
            node.netlink
                    .links()
                    .setMtu(node.netlink.links().get(NamespacedNode.UPLINK).index(), 1300);
        }

        assertThat(transfer(nodes.get(0), nodes.get(1), false)).isTrue();

        assertThat(nodes.get(0).run("nstat", "-az", "IpFragCreates")).doesNotContainPattern("IpFragCreates +0 ");
        assertThat(nodes.get(0).dataPath.statistics().drops().getOrDefault(Drop.SEND_FAILED, 0L))
                .isZero();
    }

    private static CipherBackend backend(String name) {
        return switch (name) {
            case "jdk" -> new JdkCipherBackend();
            case "null" -> new NullCipherBackend();
            default -> LibcryptoBackend.load(null);
        };
    }

    private void connect() {
        NamespacedNode a = nodes.get(0);
        NamespacedNode b = nodes.get(1);
        b.installInbound(1, SPI_AB, b.path(1, false));
        a.installInbound(2, SPI_BA, a.path(2, false));
        a.installOutbound(2, SPI_AB, a.path(2, false));
        b.installOutbound(1, SPI_BA, b.path(1, false));
    }

    /** Whether random octets arrive as they were sent. */
    static boolean transfer(NamespacedNode from, NamespacedNode to, boolean v6) throws Exception {
        InetSocketAddress address = new InetSocketAddress(inner(to.number, v6).toInetAddress(), PORT);
        try (ServerSocket server = to.namespace.call(() -> {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(address);
            socket.setSoTimeout(20_000);
            return socket;
        })) {
            CompletableFuture<Long> received = new CompletableFuture<>();
            Thread.ofPlatform().start(() -> {
                try (Socket socket = server.accept()) {
                    socket.setSoTimeout(20_000);
                    received.complete(checksum(socket.getInputStream()));
                } catch (IOException e) {
                    received.completeExceptionally(e);
                }
            });
            CRC32 sent = new CRC32();
            try (Socket socket = from.namespace.call(() -> connected(address))) {
                OutputStream out = socket.getOutputStream();
                Random random = new Random(OCTETS);
                byte[] chunk = new byte[1 << 16];
                for (int i = 0; i < OCTETS / chunk.length; i++) {
                    random.nextBytes(chunk);
                    sent.update(chunk);
                    out.write(chunk);
                }
            }
            return received.get() == sent.getValue();
        }
    }

    private static Socket connected(InetSocketAddress address) throws IOException {
        Socket socket = new Socket();
        socket.connect(address, 20_000);
        return socket;
    }

    private static long checksum(InputStream in) throws IOException {
        CRC32 checksum = new CRC32();
        byte[] chunk = new byte[1 << 16];
        for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
            checksum.update(chunk, 0, read);
        }
        return checksum.getValue();
    }
}
