package dev.espalier.agent.ike;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.ChildSa;
import dev.espalier.ike.EndpointStatus;
import dev.espalier.ike.IkeEvent;
import dev.espalier.ike.IkeInput;
import dev.espalier.ike.IkeOutput;
import dev.espalier.ike.Now;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.UdpEndpoint;
import dev.espalier.wire.ip.UdpPath;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class IkeLoopTest {
    private static final UdpPath PATH = new UdpPath(
            new UdpEndpoint(IpAddress.parse("192.0.2.1"), 500), new UdpEndpoint(IpAddress.parse("192.0.2.2"), 500));

    private final IkeInbox inbox = new IkeInbox();
    private final List<IkeInput> inputs = new ArrayList<>();
    private final List<String> effects = new ArrayList<>();
    private long nanos = 1_000;
    private long deadline = Long.MAX_VALUE;
    private boolean broken;
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
    void questionsAreAnsweredBetweenInputs() throws Exception {
        var answer = inbox.status();

        loop.step(0);

        assertThat(answer.get(1, TimeUnit.SECONDS).halfOpen()).isEqualTo(3);
    }
}
