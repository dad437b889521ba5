package dev.espalier.agent.loop;

import static dev.espalier.agent.loop.NamespacedNode.inner;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.espalier.agent.crypto.LibcryptoBackend;
import dev.espalier.esp.packet.Drop;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * TCP as fast as this machine can, and numbered datagrams beside it, from one node to the other. For at least a million packets, or for as long as
 * {@code ESPALIER_SOAK_SECONDS} says, which is how the ten-minute run is made.
 */
@Tag("root")
class FullRateRootTest {
    private static final long PACKETS = 1_000_000;
    private static final long WARM_UP_PACKETS = 400_000;
    private static final int TCP_PORT = 9200;
    private static final int UDP_PORT = 9201;
    private static final int SPI_AB = 0x1001;
    private static final int SPI_BA = 0x1002;
    private static final long MOST_HEAP_GROWTH = 8 << 20;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final AtomicBoolean running = new AtomicBoolean(true);
    private NamespacedNode a;
    private NamespacedNode b;

    @BeforeEach
    void connect() throws IOException {
        List<NamespacedNode> nodes = NamespacedNode.pair(Offloads.ALL, Offloads.ALL, LibcryptoBackend.load(null));
        a = nodes.get(0);
        b = nodes.get(1);
        b.installInbound(1, SPI_AB, b.path(1, false));
        a.installInbound(2, SPI_BA, a.path(2, false));
        a.installOutbound(2, SPI_AB, a.path(2, false));
        b.installOutbound(1, SPI_BA, b.path(1, false));
    }

    @AfterEach
    void takeThemDown() throws IOException {
        running.set(false);
        a.close();
        b.close();
    }

    @Test
    @DisplayName(
            "At full rate: nothing allocated per packet, a flat heap, no wrong checksum, no datagram before its turn, no packet of the wrong sort")
    void allocatesNothingAndKeepsOrder() throws Exception {
        CompletableFuture<Long> drained = drain();
        CompletableFuture<Long> misplaced = receiveNumbers();
        Thread flood = Thread.ofPlatform().start(this::flood);
        Thread numbers = Thread.ofPlatform().start(this::sendNumbers);
        await(WARM_UP_PACKETS, 0, drained);
        long[] loops = loops();
        long heap = heapAfterCollection();
        long packetsBefore = packets();
        long[] before = threads.getThreadAllocatedBytes(loops);
        String soak =
                Optional.ofNullable(System.getenv("ESPALIER_SOAK_SECONDS")).orElse("0");

        await(packetsBefore + PACKETS, Long.parseLong(soak) * 1_000_000_000L, drained);

        long allocated = Arrays.stream(threads.getThreadAllocatedBytes(loops)).sum()
                - Arrays.stream(before).sum();
        long packets = packets() - packetsBefore;
        long growth = heapAfterCollection() - heap;
        running.set(false);
        flood.join();
        numbers.join();
        System.out.printf(
                "%d packets, %d octets allocated by %d loops, heap %+d kB, %d octets of TCP%n",
                packets, allocated, loops.length, growth >> 10, drained.get());
        assertThat(loops).hasSizeGreaterThanOrEqualTo(4);
        assertThat(allocated).as("octets allocated for " + packets + " packets").isLessThan(packets / 100);
        assertThat(growth).as("heap growth").isLessThan(MOST_HEAP_GROWTH);
        assertThat(misplaced.get()).as("datagrams that came before their turn").isZero();
        for (NamespacedNode node : List.of(a, b)) {
            assertThat(node.run("nstat", "-az", "TcpInCsumErrors", "UdpInCsumErrors"))
                    .containsPattern("TcpInCsumErrors +0 ")
                    .containsPattern("UdpInCsumErrors +0 ");
            assertThat(node.control.trouble).isEmpty();
            for (Drop drop : List.of(
                    Drop.FORGED, Drop.REPLAYED, Drop.REPLAY_TOO_OLD, Drop.INNER_MALFORMED, Drop.TUN_WRITE_FAILED)) {
                assertThat(node.dataPath.statistics().drops().getOrDefault(drop, 0L))
                        .as(drop.reason())
                        .isZero();
            }
        }
    }

    private long packets() {
        return b.dataPath.statistics().packetsIn();
    }

    /** Until so many packets have arrived and so much time has passed. */
    private void await(long packets, long nanos, CompletableFuture<Long> drained) throws Exception {
        long start = System.nanoTime();
        long last = packets();
        long moved = start;
        while (packets() < packets || System.nanoTime() - start < nanos) {
            Thread.sleep(50);
            if (packets() > last) {
                last = packets();
                moved = System.nanoTime();
            }
            assertThat(System.nanoTime() - moved).as("time without a packet").isLessThan(20_000_000_000L);
            if (drained.isCompletedExceptionally()) {
                drained.get();
            }
        }
    }

    private long[] loops() {
        return Arrays.stream(threads.dumpAllThreads(false, false))
                .filter(thread -> thread.getThreadName().equals("esp-out")
                        || thread.getThreadName().equals("udp-in-4500-v4"))
                .mapToLong(thread -> thread.getThreadId())
                .toArray();
    }

    private static long heapAfterCollection() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Octets that arrived when the sender has ended. */
    private CompletableFuture<Long> drain() throws IOException {
        ServerSocket server = b.namespace.call(() -> {
            ServerSocket socket = new ServerSocket();
            socket.bind(new InetSocketAddress(inner(2, false).toInetAddress(), TCP_PORT));
            return socket;
        });
        CompletableFuture<Long> total = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try (server;
                    Socket socket = server.accept()) {
                InputStream in = socket.getInputStream();
                byte[] chunk = new byte[1 << 18];
                long octets = 0;
                for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                    octets += read;
                }
                total.complete(octets);
            } catch (IOException | RuntimeException e) {
                total.completeExceptionally(e);
            }
        });
        return total;
    }

    private void flood() {
        try (Socket socket = a.namespace.call(() -> {
            Socket to = new Socket();
            to.connect(new InetSocketAddress(inner(2, false).toInetAddress(), TCP_PORT), 20_000);
            return to;
        })) {
            OutputStream out = socket.getOutputStream();
            byte[] chunk = new byte[1 << 18];
            while (running.get()) {
                out.write(chunk);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void sendNumbers() {
        try (DatagramSocket socket = a.socket(inner(1, false), UDP_PORT)) {
            byte[] octets = new byte[64];
            DatagramPacket packet =
                    new DatagramPacket(octets, octets.length, inner(2, false).toInetAddress(), UDP_PORT);
            for (long number = 1; running.get(); number++) {
                ByteBuffer.wrap(octets).putLong(number);
                socket.send(packet);
                LockSupport.parkNanos(100_000);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How many had a number below one that had come already; those that a full queue dropped are none of these. */
    private CompletableFuture<Long> receiveNumbers() throws IOException {
        DatagramSocket socket = b.socket(inner(2, false), UDP_PORT);
        socket.setSoTimeout(2000);
        CompletableFuture<Long> misplaced = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            long count = 0;
            long highest = 0;
            DatagramPacket packet = new DatagramPacket(new byte[64], 64);
            try (socket) {
                while (running.get()) {
                    socket.receive(packet);
                    long number = ByteBuffer.wrap(packet.getData()).getLong();
                    count += number <= highest ? 1 : 0;
                    highest = Math.max(highest, number);
                }
            } catch (SocketTimeoutException e) {
                if (running.get()) {
                    misplaced.completeExceptionally(e);
                }
            } catch (IOException e) {
                misplaced.completeExceptionally(e);
            }
            if (highest == 0) {
                misplaced.completeExceptionally(new IllegalStateException("no datagram came"));
            }
            misplaced.complete(count);
        });
        return misplaced;
    }
}
