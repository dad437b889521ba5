package dev.espalier.linux.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.libc.Fd;
import dev.espalier.linux.libc.PollSet;
import dev.espalier.linux.libc.Waker;
import dev.espalier.linux.udp.UdpOptions;
import dev.espalier.linux.udp.UdpSocket;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
@Tag("F-02")
class UnixConnectionTest {
    private static final long PLENTY_NANOS = 20_000_000_000L;

    @TempDir
    Path folder;

    private Path path;
    private UnixListener listener;
    private UnixConnection client;
    private UnixConnection server;

    @BeforeEach
    void connect() throws IOException {
        path = folder.resolve("s.sock");
        listener = UnixListener.open(path);
        client = UnixConnection.connect(path);
        server = Objects.requireNonNull(listener.accept());
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
        listener.close();
    }

    @Test
    void manyOctetsArriveWholeAlthoughNoBufferHoldsThem() throws Exception {
        byte[] sent = new byte[3_000_000];
        new Random(1).nextBytes(sent);
        byte[] received = new byte[sent.length];
        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
            try {
                client.send(sent, List.of(), PLENTY_NANOS);
            } catch (ErrnoException e) {
                throw new IllegalStateException(e);
            }
        });

        server.receive(received, PLENTY_NANOS);
        sending.get();

        assertThat(received).isEqualTo(sent);
    }

    @Test
    void descriptorsArriveInOrderAndMeanTheSameFiles() throws Exception {
        try (Waker waker = Waker.open();
                UdpSocket v4 = UdpSocket.bind(false, 0, UdpOptions.DEFAULT);
                UdpSocket v6 = UdpSocket.bind(true, 0, UdpOptions.DEFAULT)) {
            // Never closed: the number is the waker's.
            Fd event = new Fd(waker.fd(), "event");
            client.send(new byte[] {7}, List.of(v4.descriptor(), event, v6.descriptor()), PLENTY_NANOS);
            server.receive(new byte[1], PLENTY_NANOS);
            List<Fd> received = server.takeDescriptors();

            assertThat(received).hasSize(3);
            try (UdpSocket first = UdpSocket.adopt(received.get(0));
                    UdpSocket last = UdpSocket.adopt(received.get(2));
                    Arena arena = Arena.ofConfined()) {
                assertThat(first.port()).isEqualTo(v4.port());
                assertThat(first.v6()).isFalse();
                assertThat(last.port()).isEqualTo(v6.port());
                assertThat(last.v6()).isTrue();
                PollSet poll = new PollSet(arena, 1);
                poll.add(received.get(1).number());
                assertThat(poll.await(0)).isZero();
                waker.wake();
                assertThat(poll.await(0)).isOne();
            } finally {
                received.forEach(Fd::close);
            }
        }
        assertThat(server.takeDescriptors()).isEmpty();
    }

    @Test
    void whoIsAtTheOtherEndIsKnown() throws Exception {
        int me = (int) Files.getAttribute(folder, "unix:uid");

        assertThat(server.peerUser()).isEqualTo(me);
        assertThat(client.peerUser()).isEqualTo(me);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
    }

    @Test
    void anEndThatHasGoneIsNoticed() throws Exception {
        client.close();

        assertThatThrownBy(() -> server.receive(new byte[1], PLENTY_NANOS)).isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> server.send(new byte[1], List.of(), PLENTY_NANOS))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EPIPE));
    }

    @Test
    void waitingHasAnEnd() {
        assertThatThrownBy(() -> server.receive(new byte[1], 1))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ETIMEDOUT));
        assertThatThrownBy(() -> client.send(new byte[8 << 20], List.of(), 1))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ETIMEDOUT));
    }

    @Test
    void aListenerThatIsInterruptedAcceptsNobody() throws Exception {
        listener.interrupt();

        assertThat(listener.accept()).isNull();
    }

    @Test
    void nobodyListensWhereNobodyIs() {
        assertThatThrownBy(() -> UnixConnection.connect(folder.resolve("other.sock")))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
        listener.close();
        assertThatThrownBy(() -> UnixConnection.connect(path))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ECONNREFUSED));
    }
}
