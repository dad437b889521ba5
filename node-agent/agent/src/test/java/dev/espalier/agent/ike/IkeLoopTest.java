package dev.espalier.agent.ike;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.ChildSa;
import dev.espalier.ike.EndpointState;
import dev.espalier.ike.EndpointStatus;
import dev.espalier.ike.IkeEvent;
import dev.espalier.ike.IkeInput;
import dev.espalier.ike.IkeOutput;
import dev.espalier.ike.Now;
import dev.espalier.ike.PeerConfig;
import dev.espalier.ike.proposal.EspSuite;
import dev.espalier.ike.proposal.Proposal;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.UdpEndpoint;
import dev.espalier.wire.ip.UdpPath;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class IkeLoopTest {
    private static final UdpPath PATH = new UdpPath(
            new UdpEndpoint(IpAddress.parse("192.0.2.1"), 500), new UdpEndpoint(IpAddress.parse("192.0.2.2"), 500));

    private static final ChildSa CHILD = new ChildSa(
            "beta",
            300,
            300,
            400,
            EspSuite.of(Proposal.parseEsp("aes256gcm16-esn")),
            new byte[36],
            List.of(),
            List.of(),
            PATH,
            true,
            64,
            new PeerConfig.ChildLifetime(Duration.ofHours(1), 0, 0));

    private final IkeInbox inbox = new IkeInbox();
    private final List<IkeInput> inputs = new ArrayList<>();
    private final List<String> effects = new ArrayList<>();
    private long nanos = 1_000;
    private long deadline = Long.MAX_VALUE;
    private boolean broken;
    private boolean movable;
    private final IkeLoop loop = new IkeLoop(new Engine(), inbox, new Effects(), () -> nanos, InstantSource.system());

    private final class Engine implements IkeEngine {
        @Override
        public List<IkeOutput> handle(IkeInput input, Now now) {
            inputs.add(input);
            if (broken) {
                throw new IllegalStateException("a bug");
            }
            return List.of(
                    new IkeOutput.RemoveChildSa("beta", IkeOutput.Direction.OUTBOUND, 9),
                    new IkeOutput.SendDatagram(PATH, Octets.of((byte) 1)),
                    new IkeOutput.Report(new IkeEvent.ChildSaClosed("beta", 9, "test")));
        }

        @Override
        public long nextDeadlineNanos() {
            return deadline;
        }

        @Override
        public EndpointStatus status(Now now) {
            return new EndpointStatus(List.of(), 3);
        }

        @Override
        public boolean movable() {
            return movable;
        }

        @Override
        public EndpointState save(Now now) {
            inputs.add(new IkeInput.InitiateRequested("saved"));
            return EndpointState.of(new byte[] {1});
        }

        @Override
        public List<IkeOutput> restore(EndpointState state, Now now) {
            return List.of(
                    new IkeOutput.InstallChildSa(IkeOutput.Direction.INBOUND, CHILD),
                    new IkeOutput.SendDatagram(PATH, Octets.of((byte) 2)));
        }
    }

    private final class Effects implements IkeEffects {
        @Override
        public void send(UdpPath path, Octets datagram) {
            effects.add("send " + datagram);
        }

        @Override
        public void keepalive(UdpPath path) {
            effects.add("keepalive");
        }

        @Override
        public void install(IkeOutput.Direction direction, ChildSa sa) {
            effects.add("install");
        }

        @Override
        public void remove(String peer, IkeOutput.Direction direction, int spi) {
            effects.add("remove " + spi);
        }

        @Override
        public void move(String peer, int spiIn, UdpPath path) {
            effects.add("move");
        }

        @Override
        public void report(IkeEvent event, long at) {
            effects.add("report");
        }

        @Override
        public List<IkeInput.ChildUsageReported> usage() {
            return List.of(new IkeInput.ChildUsageReported(7, 1, 2, 3, 4, 5, 6));
        }
    }

    @Test
    void outputsAreCarriedOutInOrder() throws InterruptedException {
        inbox.put(new IkeInput.InitiateRequested("beta"));

        loop.step(0);

        assertThat(effects).containsExactly("remove 9", "send 01", "report");
    }

    @Test
    void aDeadlineThatPassedIsToldAndOneToComeIsNot() throws InterruptedException {
        deadline = nanos + 10;
        loop.step(0);
        assertThat(inputs).isEmpty();

        nanos += 10;
        loop.step(0);

        assertThat(inputs).containsExactly(new IkeInput.DeadlineReached());
    }

    @Test
    void usageIsToldOnceASecond() throws InterruptedException {
        nanos += TimeUnit.SECONDS.toNanos(1);
        loop.step(0);
        loop.step(0);

        assertThat(inputs).containsExactly(new IkeInput.ChildUsageReported(7, 1, 2, 3, 4, 5, 6));
    }

    @Test
    void aBugInTheEngineDoesNotEndTheLoop() throws InterruptedException {
        broken = true;
        inbox.put(new IkeInput.InitiateRequested("beta"));
        assertThat(loop.step(0)).isTrue();

        broken = false;
        inbox.put(new IkeInput.InitiateRequested("beta"));
        loop.step(0);

        assertThat(effects).isNotEmpty();
    }

    @Test
    void aShutdownIsCarriedOutAndEndsTheLoop() throws InterruptedException {
        inbox.put(new IkeInput.ShutdownRequested(true));

        assertThat(loop.step(0)).isFalse();
        assertThat(effects).contains("send 01");
    }

    @Test
    @Tag("F-02")
    void aSuspendedLoopHasTakenWhatWaitedAndThenLeavesTheEngineAlone() throws Exception {
        var quiet = loop.quieten();
        loop.step(0);
        assertThat(quiet.get()).isFalse();
        movable = true;
        quiet = loop.quieten();
        loop.step(0);
        assertThat(quiet.get()).isTrue();
        inputs.clear();
        inbox.put(new IkeInput.InitiateRequested("beta"));
        var state = loop.suspend();
        loop.step(0);

        assertThat(state.get().octets()).containsExactly(1);
        assertThat(inputs)
                .containsExactly(
                        new IkeInput.InitiateRequested("beta"),
                        new IkeInput.ChildUsageReported(7, 1, 2, 3, 4, 5, 6),
                        new IkeInput.InitiateRequested("saved"));

        inputs.clear();
        inbox.put(new IkeInput.InitiateRequested("beta"));
        deadline = nanos;
        nanos += TimeUnit.SECONDS.toNanos(5);
        var question = inbox.status();
        loop.step(0);
        assertThat(question.get().halfOpen()).isEqualTo(3);
        assertThat(inputs).isEmpty();

        deadline = Long.MAX_VALUE;
        var resumed = loop.resume();
        loop.step(0);
        assertThat(resumed.get()).isTrue();
        assertThat(inputs).startsWith(new IkeInput.HandoverEnded()).contains(new IkeInput.InitiateRequested("beta"));
    }

    @Test
    @Tag("F-02")
    void whatIsTakenOverIsInstalledByWhoKnowsWhereItStands() throws Exception {
        List<IkeOutput.InstallChildSa> installed = new ArrayList<>();
        var restored = loop.restore(EndpointState.of(new byte[0]), List.of(), installed::add);
        loop.step(0);

        assertThat(restored.get()).isTrue();
        assertThat(inputs).containsExactly(new IkeInput.PeersConfigured(List.of()));
        assertThat(installed)
                .singleElement()
                .satisfies(install -> assertThat(install.sa()).isSameAs(CHILD));
        assertThat(effects).endsWith("send 02").doesNotContain("install");
    }

    @Test
    void questionsAreAnsweredBetweenInputs() throws Exception {
        var answer = inbox.status();

        loop.step(0);

        assertThat(answer.get(1, TimeUnit.SECONDS).halfOpen()).isEqualTo(3);
    }
}
