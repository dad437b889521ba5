package dev.espalier.testkit.ike;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.EndpointConfig;
import dev.espalier.ike.EndpointStatus.IkeState;
import dev.espalier.ike.IkeEvent;
import dev.espalier.ike.IkeInput;
import dev.espalier.testkit.sim.SimNode;
import dev.espalier.testkit.sim.Simulation;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.UdpEndpoint;
import dev.espalier.wire.ip.UdpPath;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Nothing that comes from the network makes an endpoint throw, lose an SA, or keep more than its bounds. */
class HostileInputTest {
    static LongStream seeds() {
        return LongStream.rangeClosed(1, 10);
    }

    private static UdpPath seenBy(Simulation.InFlight sent) {
        return Simulation.reversed(sent.path());
    }

    private static UdpPath stranger(SimNode node, int n) {
        return new UdpPath(
                new UdpEndpoint(node.address(), 500),
                new UdpEndpoint(IpAddress.parse("198.51.100.0").plus(n), 500));
    }

    private static Octets mutated(Octets genuine, SplittableRandom chance) {
        byte[] bytes = genuine.toArray();
        for (int i = 0; i <= chance.nextInt(4); i++) {
            bytes[chance.nextInt(bytes.length)] = (byte) chance.nextInt();
        }
        return switch (chance.nextInt(4)) {
            case 0 -> Octets.of(bytes, 0, chance.nextInt(bytes.length));
            case 1 -> Octets.of(bytes).concat(Octets.of((byte) chance.nextInt(), (byte) chance.nextInt()));
            default -> Octets.of(bytes);
        };
    }

    @ParameterizedTest
    @MethodSource("seeds")
    @Tag("IKE-35")
    @Tag("IKE-36")
    void garbageAndMutationsChangeNothingOfWhatIsEstablished(long seed) {
        SplittableRandom chance = new SplittableRandom(seed);
        Scenario scenario = Scenario.pair(seed).start();
        scenario.sim.run(Duration.ofSeconds(1));
        SimNode b = scenario.b();
        b.handle(new IkeInput.RekeyRequested("a", IkeInput.RekeyKind.CHILD));
        b.handle(new IkeInput.RekeyRequested("a", IkeInput.RekeyKind.IKE));
        scenario.sim.run(Duration.ofSeconds(10));
        List<Simulation.InFlight> genuine = scenario.sim.sent();
        var before = b.status("a");
        b.forgetEvents();

        for (int i = 0; i < 1000; i++) {
            Simulation.InFlight sample = genuine.get(chance.nextInt(genuine.size()));
            byte[] noise = new byte[chance.nextInt(200)];
            chance.nextBytes(noise);
            Octets datagram = i % 3 == 0 ? Octets.of(noise) : mutated(sample.datagram(), chance);
            scenario.sim.inject(b, i % 2 == 0 ? seenBy(sample) : stranger(b, i % 200), datagram);
        }
        scenario.sim.run(Duration.ofSeconds(40));

        assertThat(b.status("a").spiInitiator()).isEqualTo(before.spiInitiator());
        assertThat(b.status("a").path()).isEqualTo(before.path());
        assertThat(b.status("a").children()).isEqualTo(before.children());
        assertThat(b.halfOpen()).isZero();
        assertThat(b.events(IkeEvent.IkeSaClosed.class)).isEmpty();
        assertThat(b.events(IkeEvent.NegotiationFailed.class))
                .allSatisfy(failed -> assertThat(failed.reason()).doesNotContain("internal error"));
        scenario.assertEstablished();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    @Tag("IKE-35")
    void mutatedAuthDoesNotHarmTheHalfOpenSa(long seed) {
        SplittableRandom chance = new SplittableRandom(seed);
        Scenario scenario = Scenario.pair(seed);
        SimNode a = scenario.a();
        SimNode b = scenario.b();
        scenario.sim.hold();
        scenario.start();
        scenario.sim.deal(a, b);
        scenario.sim.deal(b, a);
        Simulation.InFlight auth = scenario.sim.held().getFirst();
        for (int i = 0; i < 300; i++) {
            Octets forged = mutated(auth.datagram(), chance);
            if (!forged.equals(auth.datagram())) {
                scenario.sim.inject(b, seenBy(auth), forged);
            }
        }
        assertThat(b.status("a").state()).isEqualTo(IkeState.DOWN);

        scenario.sim.release();
        scenario.sim.run(Duration.ofSeconds(2));

        scenario.assertEstablished();
    }

    @Test
    @Tag("IKE-31")
    void nothingButAuthIsProcessedBeforeAuthentication() {
        Scenario scenario = Scenario.pair(1);
        scenario.sim.hold();
        scenario.start();
        scenario.sim.deal(scenario.a(), scenario.b());
        scenario.sim.deal(scenario.b(), scenario.a());
        Simulation.InFlight auth = scenario.sim.held().getFirst();
        byte[] informational = auth.datagram().toArray();
        int exchangeTypeAt = 18;
        informational[exchangeTypeAt] = 37;

        scenario.sim.inject(scenario.b(), seenBy(auth), Octets.of(informational));

        assertThat(scenario.b().events(IkeEvent.MessageDropped.class))
                .last()
                .satisfies(dropped -> assertThat(dropped.reason()).isEqualTo("before authentication"));
        scenario.sim.release();
        scenario.sim.run(Duration.ofSeconds(2));
        scenario.assertEstablished();
    }

    @Test
    @Tag("IKE-19")
    void aFloodOfStrangersIsBoundedAndTheConfiguredPeerStillGetsIn() {
        EndpointConfig.HalfOpen d = EndpointConfig.DEFAULTS.halfOpen();
        EndpointConfig small = EndpointConfig.DEFAULTS.withHalfOpen(
                new EndpointConfig.HalfOpen(50, 5, 1000, d.lifetime(), d.cookiePeriod(), 200));
        Scenario scenario = Scenario.pair(1, small);
        SimNode b = scenario.b();
        scenario.sim.hold();
        scenario.start();
        Octets init = scenario.sim.held().getFirst().datagram();
        for (int i = 0; i < 400; i++) {
            // Another initiator's SPI makes it another IKE_SA_INIT.
            byte[] other = init.toArray();
            other[0] = (byte) (i >> 8);
            other[1] = (byte) i;
            other[2] ^= 0x55;
            scenario.sim.inject(b, stranger(b, i / 2), Octets.of(other));
        }
        assertThat(b.halfOpen()).isEqualTo(50);
        assertThat(b.events(IkeEvent.MessageDropped.class))
                .anySatisfy(dropped -> assertThat(dropped.reason()).isEqualTo("half-open limit"));

        scenario.sim.release();
        scenario.sim.run(Duration.ofSeconds(2));

        scenario.assertEstablished();
        scenario.sim.run(Duration.ofSeconds(40));
        assertThat(b.halfOpen()).isZero();
    }

    @Test
    @Tag("IKE-12")
    void aLaterMajorVersionGetsOneAnswerAndNoState() {
        Scenario scenario = Scenario.pair(1);
        scenario.sim.hold();
        scenario.start();
        byte[] later = scenario.sim.held().getFirst().datagram().toArray();
        int versionAt = 17;
        later[versionAt] = 0x30;
        scenario.sim.forgetSent();

        scenario.sim.inject(scenario.b(), stranger(scenario.b(), 1), Octets.of(later));

        assertThat(scenario.sim.sent()).hasSize(1);
        assertThat(scenario.b().halfOpen()).isZero();
    }

    @Test
    @Tag("IKE-36")
    void anUnknownSpiIsNotAnsweredUnlessThatIsSwitchedOn() {
        for (boolean on : List.of(false, true)) {
            Scenario scenario = Scenario.pair(1, EndpointConfig.DEFAULTS.withInvalidSpiReplies(on))
                    .established();
            scenario.sim.hold();
            scenario.a().handle(new IkeInput.RekeyRequested("b", IkeInput.RekeyKind.CHILD));
            Simulation.InFlight request = scenario.sim.held().getFirst();
            byte[] other = request.datagram().toArray();
            int responderSpiAt = 8;
            other[responderSpiAt] ^= 1;
            scenario.sim.forgetSent();

            scenario.sim.inject(scenario.b(), seenBy(request), Octets.of(other));

            assertThat(scenario.sim.sent()).hasSize(on ? 1 : 0);
            assertThat(scenario.b().status("a").state()).isEqualTo(IkeState.ESTABLISHED);
        }
    }
}
