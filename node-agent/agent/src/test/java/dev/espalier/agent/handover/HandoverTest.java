package dev.espalier.agent.handover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.agent.sa.InstalledSa;
import dev.espalier.esp.sad.SaProgress;
import dev.espalier.ike.EndpointState;
import dev.espalier.ike.IkeOutput.Direction;
import dev.espalier.linux.libc.Fd;
import dev.espalier.linux.udp.UdpOptions;
import dev.espalier.linux.udp.UdpSocket;
import dev.espalier.linux.unix.UnixConnection;
import dev.espalier.wire.Octets;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("F-02")
@Timeout(60)
class HandoverTest {
    private static final Duration PLENTY = Duration.ofSeconds(30);
    private static final Map<InstalledSa, SaProgress> PROGRESS = Map.of(
            new InstalledSa(Direction.INBOUND, 0x8000_0001),
            new SaProgress(77, Octets.of((byte) 1, (byte) 2), 5, 6, 0),
            new InstalledSa(Direction.OUTBOUND, 0x8000_0001),
            new SaProgress(-2L, Octets.EMPTY, 1L << 40, 1L << 50, 1400));

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @SuppressWarnings("NullAway.Init") // set before each test
    private HandoverSocket socket;

    @SuppressWarnings("NullAway.Init") // set before each test
    private UdpSocket udp;

    @BeforeEach
    void open() throws IOException {
        socket = HandoverSocket.open(HandoverSocket.in(folder), "1.0");
        udp = UdpSocket.bind(false, 0, UdpOptions.DEFAULT);
    }

    @AfterEach
    void close() {
        udp.close();
        socket.close();
    }

    private Predecessor connect() throws IOException, HandoverException {
        return Predecessor.connect(HandoverSocket.in(folder), "1.1");
    }

    private Successor standingBy() throws InterruptedException {
        return Objects.requireNonNull(socket.await(PLENTY));
    }

    /** The descriptors need not be what they are said to be: they are only carried here. */
    private HandedOver everything(byte[] ike) {
        return new HandedOver(
                List.of(udp.descriptor()), List.of(udp.descriptor()), PROGRESS, EndpointState.of(ike), 12);
    }

    private static CompletableFuture<Void> run(Step step) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        step.run();
                    } catch (IOException | HandoverException e) {
                        throw new CompletionException(e);
                    }
                },
                task -> Thread.ofPlatform().daemon().start(task));
    }

    private interface Step {
        void run() throws IOException, HandoverException;
    }

    @Test
    void everythingArrivesAndIsTheSuccessorsAfterCommit() throws Exception {
        byte[] keys = new byte[500_000];
        new Random(3).nextBytes(keys);
        byte[] expected = keys.clone();
        try (Predecessor predecessor = connect()) {
            assertThat(predecessor.version()).isEqualTo("1.0");
            assertThat(socket.hasSuccessor()).isFalse();
            predecessor.ready();
            try (Successor successor = standingBy();
                    HandedOver sent = everything(keys)) {
                assertThat(successor.version()).isEqualTo("1.1");
                CompletableFuture<Void> sending = run(() -> {
                    successor.offer(sent);
                    successor.commit();
                });
                try (HandedOver taken = predecessor.take()) {
                    assertThat(taken.progress()).isEqualTo(PROGRESS);
                    assertThat(taken.ike().octets()).isEqualTo(expected);
                    assertThat(taken.pausedNanos()).isEqualTo(12);
                    assertThat(taken.toString())
                            .doesNotContain(Octets.of((byte) 77).toString());
                    try (UdpSocket adopted = UdpSocket.adopt(taken.sockets().getFirst())) {
                        assertThat(adopted.port()).isEqualTo(udp.port());
                    }
                    taken.tunQueues().forEach(Fd::close);
                    assertThat(sending).isNotDone();
                    predecessor.confirm();
                }
                sending.get();
            }
        }
        assertThat(keys).containsOnly(0);
    }

    @Test
    void withoutCommitNothingIsTheSuccessors() throws Exception {
        try (Predecessor predecessor = connect()) {
            predecessor.ready();
            CompletableFuture<Void> confirming;
            try (Successor successor = standingBy();
                    HandedOver sent = everything(new byte[10])) {
                CompletableFuture<Void> sending = run(() -> successor.offer(sent));
                try (HandedOver taken = predecessor.take()) {
                    taken.tunQueues().forEach(Fd::close);
                    taken.sockets().forEach(Fd::close);
                }
                confirming = run(predecessor::confirm);
                sending.get();
            }
            assertThatThrownBy(confirming::join).hasCauseInstanceOf(IOException.class);
        }
    }

    @Test
    void aSuccessorThatDiesLeavesEverythingWhereItWas() throws Exception {
        try (Predecessor predecessor = connect()) {
            predecessor.ready();
        }
        try (Successor successor = standingBy();
                HandedOver sent = everything(new byte[10])) {
            assertThatThrownBy(() -> successor.offer(sent)).isInstanceOf(IOException.class);
        }
        assertThat(UdpSocket.adopt(udp.descriptor()).port()).isEqualTo(udp.port());
    }

    @Test
    void anotherProtocolIsRefusedAndTheReasonNamesBothVersions() throws Exception {
        try (UnixConnection other = UnixConnection.connect(HandoverSocket.in(folder))) {
            byte[] hello = new Hello(Hello.PROTOCOL + 1, "2.0").encode();
            Frames.send(other, Frames.Type.HELLO, hello, List.of(), PLENTY.toNanos());

            assertThatThrownBy(() -> Frames.receive(other, Frames.Type.WELCOME, PLENTY.toNanos()))
                    .isInstanceOf(HandoverException.class)
                    .hasMessageContaining("2.0")
                    .hasMessageContaining("1.0");
        }
        assertThat(socket.lastRefusal()).contains("2.0");
        assertThat(socket.await(Duration.ZERO)).isNull();
    }

    @Test
    void aProcessThatNeverGetsReadyHoldsUpNobody() throws Exception {
        try (UnixConnection silent = UnixConnection.connect(HandoverSocket.in(folder));
                Predecessor slow = connect();
                Predecessor quick = connect()) {
            quick.ready();
            try (Successor successor = standingBy()) {
                assertThat(successor.version()).isEqualTo("1.1");
            }
            assertThat(silent.awaitInput(0)).isFalse();
            assertThat(slow.awaitOffer(Duration.ZERO)).isFalse();
        }
    }

    @Test
    void stateThatIsCutOrHasTooFewDescriptorsIsRefused() {
        byte[] whole;
        try (HandedOver sent = everything(new byte[3])) {
            whole = sent.encode();
        }
        Fd one = udp.descriptor();

        assertThatThrownBy(() -> HandedOver.decode(whole.clone(), List.of(one))).isInstanceOf(HandoverException.class);
        byte[] cut = Arrays.copyOf(whole, 30);
        assertThatThrownBy(() -> HandedOver.decode(cut, List.of(one, one))).isInstanceOf(HandoverException.class);
        assertThat(cut).containsOnly(0);
    }

    @Test
    void theSocketGoesWithItsOwner() throws Exception {
        socket.close();

        assertThat(HandoverSocket.in(folder)).doesNotExist();
        assertThat(folder).isEmptyDirectory();
        assertThatThrownBy(this::connect).isInstanceOf(IOException.class);
    }
}
