package dev.espalier.linux.tun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.linux.Shell;
import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.Memory;
import dev.espalier.linux.libc.PollSet;
import dev.espalier.linux.netlink.InterfaceAddress;
import dev.espalier.linux.netlink.Link;
import dev.espalier.linux.netlink.Route;
import dev.espalier.linux.netlink.RouteType;
import dev.espalier.linux.netlink.Rtnetlink;
import dev.espalier.linux.netns.NetworkNamespace;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("root")
@Timeout(30)
class TunDeviceRootTest {
    private static final String NAME = "esp-tun" + ProcessHandle.current().pid();
    private static final int ICMP_ECHO_REQUEST = 8;

    private NetworkNamespace namespace;
    private Rtnetlink netlink;

    @BeforeEach
    void namespace() throws IOException {
        namespace = NetworkNamespace.create(NAME);
        netlink = namespace.call(Rtnetlink::open);
    }

    @AfterEach
    void clean() throws IOException {
        netlink.close();
        namespace.close();
        NetworkNamespace.delete(NAME);
    }

    private int up(TunDevice tun) throws IOException {
        Link link = netlink.links().get(tun.name());
        netlink.links().setMtu(link.index(), 1400);
        netlink.links().setUp(link.index());
        netlink.addresses().add(InterfaceAddress.of(link.index(), IpAddress.parse("10.9.0.1"), 24));
        return link.index();
    }

    @Test
    void packetsComeOutAsTheyWereSentAndGoIn() throws IOException {
        try (Arena arena = Arena.ofConfined();
                TunDevice tun = namespace.call(() -> TunDevice.open("espalier0", TunDevice.Options.PLAIN))) {
            up(tun);
            PollSet poll = new PollSet(arena, 1);
            poll.add(tun.queue(0).fd());
            long packet = arena.allocate(2048, 8).address();
            Process ping = new ProcessBuilder(
                            "ip", "netns", "exec", NAME, "ping", "-c", "1", "-W", "5", "-s", "100", "10.9.0.2")
                    .redirectErrorStream(true)
                    .start();

            int length = readEcho(tun, poll, packet);
            answer(packet);
            assertThat(tun.queue(0).write(packet, length)).isEqualTo(length);

            assertThat(new String(ping.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("1 received");
        }
    }

    @Test
    @Tag("TUN-02")
    void theDeviceGoesWithItsDescriptorAndTrafficFallsToUnreachable() throws IOException {
        Prefix remote = Prefix.parse("10.8.0.0/16");
        netlink.links().setUp(1);
        netlink.routes().add(Route.discard(RouteType.UNREACHABLE, remote).withMetric(4096));
        TunDevice tun = namespace.call(() -> TunDevice.open("espalier0", TunDevice.Options.PLAIN));
        int index = up(tun);
        netlink.routes().add(Route.through(remote, index).withMetric(100));
        assertThat(Shell.ip(NAME, "route get 10.8.1.1").get(0).get("dev").asText())
                .isEqualTo("espalier0");

        tun.close();

        assertThat(netlink.links().find("espalier0")).isEmpty();
        assertThatThrownBy(() -> Shell.ip(NAME, "route get 10.8.1.1")).hasMessageContaining("No route to host");
        assertThat(netlink.routes().list(false, Route.TABLE_MAIN))
                .containsExactly(Route.discard(RouteType.UNREACHABLE, remote).withMetric(4096));
    }

    @Test
    void opensSeveralQueuesWithHeaders() throws IOException {
        TunDevice.Options options = new TunDevice.Options(true, true);
        try (Arena arena = Arena.ofConfined();
                TunDevice tun = namespace.call(() -> TunDevice.open("espalier%d", options))) {
            namespace.call(tun::addQueue);
            tun.offload(TunDevice.OFFLOAD_CSUM | TunDevice.OFFLOAD_TSO4 | TunDevice.OFFLOAD_TSO6);
            assertThat(tun.name()).isEqualTo("espalier0");
            assertThat(tun.queues()).isEqualTo(2);
            up(tun);
            PollSet poll = new PollSet(arena, 2);
            poll.add(tun.queue(0).fd());
            poll.add(tun.queue(1).fd());
            long packet = arena.allocate(2048, 8).address();
            new ProcessBuilder("ip", "netns", "exec", NAME, "ping", "-c", "1", "-W", "1", "10.9.0.2").start();

            int length = 0;
            while (length == 0 || Memory.getByte(packet + TunDevice.HEADER_BYTES) >> 4 != 4) {
                assertThat(poll.await(5_000_000_000L)).isPositive();
                length = tun.queue(poll.readable(0) ? 0 : 1).read(packet, 2048);
            }
            assertThat(length).isEqualTo(TunDevice.HEADER_BYTES + 84);
        }
    }

    @Test
    void readingAnEmptyQueueAndWritingToADownDeviceAreErrorNumbers() throws IOException {
        try (Arena arena = Arena.ofConfined();
                TunDevice tun = namespace.call(() -> TunDevice.open("espalier0", TunDevice.Options.PLAIN))) {
            long packet = arena.allocate(64, 8).address();
            assertThat(tun.queue(0).read(packet, 64)).isEqualTo(-Errno.EAGAIN);
            Memory.putByte(packet, (byte) 0x45);
            assertThat(tun.queue(0).write(packet, 20)).isEqualTo(-Errno.EIO);
            up(tun);
            Memory.putByte(packet, (byte) 0x15);
            assertThat(tun.queue(0).write(packet, 20)).isEqualTo(-Errno.EINVAL);
        }
    }

    @Test
    void refusesNamesThatAreTaken() throws IOException {
        try (TunDevice first = namespace.call(() -> TunDevice.open("espalier0", TunDevice.Options.PLAIN))) {
            assertThatThrownBy(() -> namespace.call(() -> TunDevice.open(first.name(), TunDevice.Options.PLAIN)))
                    .hasMessage("ioctl TUNSETIFF espalier0: EBUSY");
            assertThatThrownBy(() -> namespace.call(() -> TunDevice.open("lo", TunDevice.Options.PLAIN)))
                    .hasMessage("ioctl TUNSETIFF lo: EINVAL");
            assertThatThrownBy(() -> TunDevice.open("sixteen-octets-x", TunDevice.Options.PLAIN))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static int readEcho(TunDevice tun, PollSet poll, long packet) throws IOException {
        while (true) {
            assertThat(poll.await(5_000_000_000L)).isEqualTo(1);
            int length = tun.queue(0).read(packet, 2048);
            boolean echo = Memory.getByte(packet) == 0x45 && Memory.getByte(packet + 20) == ICMP_ECHO_REQUEST;
            if (echo) {
                assertThat(length).isEqualTo(128);
                return length;
            }
        }
    }

    // Swaps the addresses and turns the request into a reply; both checksums stay right with a little help for the
    // second.
    private static void answer(long packet) {
        int source = Memory.getInt(packet + 12);
        Memory.putInt(packet + 12, Memory.getInt(packet + 16));
        Memory.putInt(packet + 16, source);
        Memory.putByte(packet + 20, (byte) 0);
        int sum = (Memory.getShortBe(packet + 22) & 0xffff) + (ICMP_ECHO_REQUEST << 8);
        Memory.putShortBe(packet + 22, (short) ((sum & 0xffff) + (sum >>> 16)));
    }
}
