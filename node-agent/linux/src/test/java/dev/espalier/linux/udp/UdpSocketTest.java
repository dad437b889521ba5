package dev.espalier.linux.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.libc.Memory;
import dev.espalier.linux.libc.PollSet;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.UdpEndpoint;
import dev.espalier.wire.ip.UdpPath;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On the loopback interface, where 127.0.0.0/8 gives as many local IPv4 addresses as one likes. */
class UdpSocketTest {
    private static final UdpOptions SMALL = new UdpOptions(64 << 10, 64 << 10, UdpOptions.PathMtu.FRAGMENT);

    private Arena arena;

    @BeforeEach
    void open() {
        arena = Arena.ofConfined();
    }

    @AfterEach
    void close() {
        arena.close();
    }

    private static IpAddress loopback(boolean v6) {
        if (v6) {
            assumeTrue(Files.exists(Path.of("/proc/net/if_inet6")), "this kernel has no IPv6");
        }
        return IpAddress.parse(v6 ? "::1" : "127.0.0.1");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBatchArrivesWithAddressesPortsAndTrafficClasses(boolean v6) throws ErrnoException {
        IpAddress address = loopback(v6);
        try (UdpSocket sender = UdpSocket.bind(v6, 0, UdpOptions.DEFAULT);
                UdpSocket receiver = UdpSocket.bind(v6, 0, UdpOptions.DEFAULT)) {
            SendBatch out = new SendBatch(arena, v6, 8);
            ReceiveBatch in = ReceiveBatch.allocate(arena, 8, 64, 16);
            UdpPath path =
                    new UdpPath(new UdpEndpoint(address, sender.port()), new UdpEndpoint(address, receiver.port()));
            for (int i = 0; i < 5; i++) {
                out.add(text("datagram " + i), 10, path, 0x28 | i & 3);
            }

            assertThat(sender.send(out)).isTrue();
            awaitInput(receiver);

            assertThat(receiver.receive(in)).isEqualTo(5);
            for (int i = 0; i < 5; i++) {
                assertThat(new String(in.copy(i), StandardCharsets.US_ASCII)).isEqualTo("datagram " + i);
                assertThat(in.trafficClass(i)).isEqualTo(0x28 | i & 3);
                assertThat(in.path(i))
                        .isEqualTo(new UdpPath(
                                new UdpEndpoint(address, receiver.port()), new UdpEndpoint(address, sender.port())));
                assertThat(in.v6(i)).isEqualTo(v6);
                assertThat(in.interfaceIndex(i)).isEqualTo(1);
                assertThat(in.truncated(i)).isFalse();
                assertThat(out.error(i)).isZero();
            }
            assertThat(receiver.receive(in)).isZero();
        }
    }

    @Test
    void sendsFromTheLocalAddressAskedForAndSeesTheOneItWasSentTo() throws ErrnoException {
        try (UdpSocket sender = UdpSocket.bind(false, 0, SMALL);
                UdpSocket receiver = UdpSocket.bind(false, 0, SMALL)) {
            SendBatch out = new SendBatch(arena, false, 2);
            ReceiveBatch in = ReceiveBatch.allocate(arena, 2, 64, 0);
            UdpEndpoint from = new UdpEndpoint(IpAddress.parse("127.1.2.3"), sender.port());
            UdpEndpoint to = new UdpEndpoint(IpAddress.parse("127.4.5.6"), receiver.port());
            out.add(text("x"), 1, new UdpPath(from, to), 0);

            sender.send(out);
            awaitInput(receiver);

            assertThat(receiver.receive(in)).isEqualTo(1);
            assertThat(in.path(0)).isEqualTo(new UdpPath(to, from));
        }
    }

    @Test
    void aMessageThatTheKernelRefusesDoesNotHoldUpTheOthers() throws ErrnoException {
        try (UdpSocket sender = UdpSocket.bind(false, 0, SMALL);
                UdpSocket receiver = UdpSocket.bind(false, 0, SMALL)) {
            SendBatch out = new SendBatch(arena, false, 4);
            ReceiveBatch in = ReceiveBatch.allocate(arena, 4, 64, 0);
            UdpPath good = path(sender, receiver, "127.0.0.1");
            UdpPath foreignSource =
                    new UdpPath(new UdpEndpoint(IpAddress.parse("192.0.2.77"), sender.port()), good.remote());
            long payload = text("payload");
            out.add(payload, 7, good, 0);
            out.add(payload, 7, foreignSource, 0);
            out.add(arena.allocate(70_000).address(), 70_000, good, 0);
            out.add(payload, 7, good, 0);

            assertThat(sender.send(out)).isTrue();
            awaitInput(receiver);

            assertThat(out.error(0)).isZero();
            // Which of the two depends on the routes of the machine.
            assertThat(out.error(1)).isIn(Errno.EINVAL, Errno.ENETUNREACH);
            assertThat(out.error(2)).isEqualTo(Errno.EMSGSIZE);
            assertThat(out.error(3)).isZero();
            assertThat(receiver.receive(in)).isEqualTo(2);
        }
    }

    @Test
    void icmpErrorsDoNotReachTheLoop() throws ErrnoException {
        try (UdpSocket sender = UdpSocket.bind(false, 0, SMALL);
                UdpSocket receiver = UdpSocket.bind(false, 0, SMALL)) {
            int closed;
            try (UdpSocket gone = UdpSocket.bind(false, 0, SMALL)) {
                closed = gone.port();
            }
            SendBatch out = new SendBatch(arena, false, 8);
            ReceiveBatch in = ReceiveBatch.allocate(arena, 8, 64, 0);
            long payload = text("x");
            IpAddress loopback = IpAddress.parse("127.0.0.1");
            UdpPath toNobody = new UdpPath(new UdpEndpoint(loopback, sender.port()), new UdpEndpoint(loopback, closed));
            for (int i = 0; i < 3; i++) {
                out.add(payload, 1, toNobody, 0);
            }
            out.add(payload, 1, path(sender, receiver, "127.0.0.1"), 0);

            assertThat(sender.send(out)).isTrue();
            awaitInput(receiver);

            assertThat(receiver.receive(in)).isEqualTo(1);
            assertThat(sender.receive(in)).isZero();
        }
    }

    @Test
    void saysWhatWasCutAndWhatTheKernelDropped() throws ErrnoException {
        UdpOptions tiny = new UdpOptions(2304, 1 << 20, UdpOptions.PathMtu.FRAGMENT);
        try (UdpSocket sender = UdpSocket.bind(false, 0, UdpOptions.DEFAULT);
                UdpSocket receiver = UdpSocket.bind(false, 0, tiny)) {
            SendBatch out = new SendBatch(arena, false, 64);
            ReceiveBatch in = ReceiveBatch.allocate(arena, 64, 32, 0);
            for (int i = 0; i < 64; i++) {
                out.add(text("0123456789012345678901234567890123456789"), 40, path(sender, receiver, "127.0.0.1"), 0);
            }
            sender.send(out);
            awaitInput(receiver);
            int arrived = receiver.receive(in);
            assertThat(arrived).isBetween(1, 63);
            assertThat(in.truncated(0)).isTrue();
            assertThat(in.length(0)).isEqualTo(32);

            out.clear();
            out.add(text("x"), 1, path(sender, receiver, "127.0.0.1"), 0);
            sender.send(out);
            awaitInput(receiver);
            receiver.receive(in);

            assertThat(receiver.kernelDrops()).isEqualTo(64 - arrived);
        }
    }

    @Test
    void receivesIntoTheCallersMemory() throws ErrnoException {
        try (UdpSocket sender = UdpSocket.bind(false, 0, SMALL);
                UdpSocket receiver = UdpSocket.bind(false, 0, SMALL)) {
            long mine = arena.allocate(128, 8).address();
            ReceiveBatch in = ReceiveBatch.of(arena, 1);
            in.buffer(0, mine + 5, 100);
            SendBatch out = new SendBatch(arena, false, 1);
            out.add(text("abc"), 3, path(sender, receiver, "127.0.0.1"), 0);
            sender.send(out);
            awaitInput(receiver);

            assertThat(receiver.receive(in)).isEqualTo(1);
            assertThat(Memory.getByte(mine + 5)).isEqualTo((byte) 'a');
            assertThat(in.address(0)).isEqualTo(mine + 5);
        }
    }

    @Test
    void aTakenPortIsAnErrorThatNamesIt() throws ErrnoException {
        try (UdpSocket first = UdpSocket.bind(false, 0, SMALL)) {
            assertThatThrownBy(() -> UdpSocket.bind(false, first.port(), SMALL))
                    .hasMessage("bind udp4 port " + first.port() + ": EADDRINUSE");
        }
    }

    @Test
    void nothingIsAllocatedPerPacket() throws ErrnoException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (UdpSocket sender = UdpSocket.bind(false, 0, UdpOptions.DEFAULT);
                UdpSocket receiver = UdpSocket.bind(false, 0, UdpOptions.DEFAULT)) {
            SendBatch out = new SendBatch(arena, false, 32);
            ReceiveBatch in = ReceiveBatch.allocate(arena, 32, 64, 0);
            PollSet poll = new PollSet(arena, 1);
            poll.add(receiver.fd());
            UdpPath path = path(sender, receiver, "127.0.0.1");
            long payload = text("x");
            List<Long> perRound = new ArrayList<>();
            for (int round = 0; round < 40; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                long sum = 0;
                for (int burst = 0; burst < 50; burst++) {
                    out.clear();
                    while (!out.isFull()) {
                        out.add(payload, 1, path, 0);
                    }
                    sender.send(out);
                    poll.await(1_000_000_000L);
                    for (int n = receiver.receive(in); n > 0; n = receiver.receive(in)) {
                        for (int i = 0; i < n; i++) {
                            sum += in.sourceLow(i)
                                    + in.localLow(i)
                                    + in.sourcePort(i)
                                    + in.trafficClass(i)
                                    + in.length(i);
                        }
                    }
                }
                long used = threads.getCurrentThreadAllocatedBytes() - before;
                assertThat(sum).isNotZero();
                perRound.add(used);
            }
            // Once compiled; the interpreter and the compilers' own rounds come first.
            assertThat(perRound.subList(30, 40)).contains(0L);
        }
    }

    private UdpPath path(UdpSocket from, UdpSocket to, String address) {
        IpAddress both = IpAddress.parse(address);
        return new UdpPath(new UdpEndpoint(both, from.port()), new UdpEndpoint(both, to.port()));
    }

    private long text(String text) {
        return arena.allocateFrom(text).address();
    }

    private void awaitInput(UdpSocket socket) throws ErrnoException {
        PollSet poll = new PollSet(arena, 1);
        poll.add(socket.fd());
        assertThat(poll.await(5_000_000_000L)).isEqualTo(1);
    }
}
