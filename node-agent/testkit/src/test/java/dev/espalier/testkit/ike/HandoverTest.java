package dev.espalier.testkit.ike;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.ike.EndpointConfig;
import dev.espalier.ike.EndpointState;
import dev.espalier.ike.IkeEndpoint;
import dev.espalier.ike.IkeEvent;
import dev.espalier.ike.IkeInput;
import dev.espalier.ike.IkeInput.RekeyKind;
import dev.espalier.ike.KeyLog;
import dev.espalier.testkit.sim.LinkModel;
import dev.espalier.testkit.sim.SimNode;
import dev.espalier.testkit.sim.Simulation;
import dev.espalier.wire.WireFormatException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One process of a node hands its IKE SAs to the next, and the peer notices nothing (F-02). */
@Tag("F-02")
class HandoverTest {
    private final Scenario scenario = Scenario.pair(71).established();
    private final Simulation sim = scenario.sim;
    private final SimNode a = scenario.a();
    private final SimNode b = scenario.b();

    @Test
    void thePeerNoticesNothing() {
        var before = a.status("b");
        sim.run(Duration.ofSeconds(20));
        sim.forgetSent();
        a.forgetEvents();
        b.forgetEvents();

        a.handOver();
        b.handOver();
        sim.run(Duration.ofSeconds(5));

        assertThat(sim.sent()).isEmpty();
        assertThat(a.events()).isEmpty();
        assertThat(b.events()).isEmpty();
        assertThat(a.status("b")).isEqualTo(before);
    }

    @Test
    @Tag("IKE-24")
    void bothKindsOfRekeyingGoOnAfterwardsAndCarryTraffic() {
        sim.reportUsage();
        sim.traffic(a, b, Duration.ofMillis(10));
        for (int i = 0; i < 12; i++) {
            SimNode node = i % 2 == 0 ? a : b;
            node.handOver();
            sim.run(Duration.ofMillis(300));
            (i % 3 == 0 ? a : b)
                    .handle(new IkeInput.RekeyRequested(
                            i % 3 == 0 ? "b" : "a", i % 4 == 3 ? RekeyKind.IKE : RekeyKind.CHILD));
            sim.run(Duration.ofSeconds(7));
        }

        scenario.assertNothingUndelivered();
        assertThat(a.held() + b.held()).isZero();
        scenario.assertEstablished();
        scenario.assertSas(a, b, 1, 1);
        assertThat(a.status("b").rekeys()).isEqualTo(3);
        assertThat(b.status("a").rekeys()).isEqualTo(3);
        assertThat(a.events(IkeEvent.IkeSaClosed.class)).isEmpty();
        assertThat(b.events(IkeEvent.IkeSaClosed.class)).isEmpty();
    }

    @Test
    void lifetimesGoOnFromWhereTheyWere() {
        Duration lifetime = a.peers().getFirst().childLifetime().time();
        sim.run(lifetime.dividedBy(2));

        a.handOver();
        a.forgetEvents();
        sim.run(lifetime.dividedBy(2));

        assertThat(a.events(IkeEvent.ChildSaRekeyed.class)).isNotEmpty();
        scenario.assertEstablished();
    }

    /** HDR, SK{..} --> answered, and the answer lost: the next process repeats the same octets, and takes the answer. */
    @Test
    @Tag("IKE-01")
    void aRequestThatIsOutIsRepeatedByTheNextProcess() {
        sim.hold();
        a.handle(new IkeInput.RekeyRequested("b", RekeyKind.CHILD));
        sim.deal(a, b);
        sim.deal(b, a);
        // a's DELETE of the old pair.
        sim.deal(a, b);
        sim.discard(b, a);

        a.handOver();
        sim.forgetSent();
        sim.release();
        sim.run(Duration.ofSeconds(10));

        assertThat(sim.sentText().getFirst()).startsWith("a->b INFORMATIONAL request");
        scenario.assertSas(a, b, 1, 1);
        scenario.assertSas(b, a, 1, 1);
    }

    /** The reply was lost: the next process has it and answers the repeated request with the same octets. */
    @Test
    @Tag("IKE-02")
    void aReplyThatWasLostIsRepeatedByTheNextProcess() {
        sim.hold();
        b.handle(new IkeInput.RekeyRequested("a", RekeyKind.CHILD));
        sim.deal(b, a);
        sim.discard(a, b);

        a.handOver();
        sim.release();
        sim.run(Duration.ofSeconds(10));

        scenario.assertSas(a, b, 1, 1);
        scenario.assertSas(b, a, 1, 1);
        scenario.assertEstablished();
        assertThat(b.events(IkeEvent.NegotiationFailed.class)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anExchangeThatIsCutShortCostsTheIkeSaButNoPacket(boolean reachesThePeer) {
        sim.reportUsage();
        sim.traffic(a, b, Duration.ofMillis(10));
        for (RekeyKind kind : RekeyKind.values()) {
            sim.hold();
            a.handle(new IkeInput.RekeyRequested("b", kind));
            if (reachesThePeer) {
                sim.deal(a, b);
            }
            assertThat(a.movable()).isFalse();
            a.handOver();
            sim.release();
            sim.run(Duration.ofSeconds(60));

            scenario.assertEstablished();
            scenario.assertSas(a, b, 1, 1);
            scenario.assertSas(b, a, 1, 1);
        }
        scenario.assertNothingUndelivered();
        assertThat(a.held() + b.held()).isZero();
    }

    @Test
    void nothingIsBegunWhileAHandoverIsNearAndAllOfItAfterOneThatFailed() {
        a.handle(new IkeInput.HandoverBegun());
        sim.forgetSent();
        a.handle(new IkeInput.RekeyRequested("b", RekeyKind.CHILD));
        a.handle(new IkeInput.RekeyRequested("b", RekeyKind.IKE));
        sim.run(Duration.ofSeconds(5));
        assertThat(sim.sent()).isEmpty();
        assertThat(a.movable()).isTrue();

        a.handle(new IkeInput.HandoverEnded());
        sim.run(Duration.ofSeconds(20));

        assertThat(a.events(IkeEvent.ChildSaRekeyed.class)).hasSize(1);
        assertThat(a.events(IkeEvent.IkeSaRekeyed.class)).hasSize(1);
        scenario.assertEstablished();
    }

    @Test
    void whatWaitsForItsTurnIsDoneByTheNextProcess() {
        a.handle(new IkeInput.HandoverBegun());
        a.handle(new IkeInput.RekeyRequested("b", RekeyKind.CHILD));

        a.handOver();
        sim.run(Duration.ofSeconds(10));

        assertThat(a.events(IkeEvent.ChildSaRekeyed.class)).hasSize(1);
        scenario.assertSas(a, b, 1, 1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void meshesSurviveHandoversUnderLoss(long seed) {
        Scenario mesh = Scenario.mesh(seed, 3, EndpointConfig.DEFAULTS).established();
        mesh.sim.reportUsage();
        mesh.sim.traffic(mesh.nodes.get(0), mesh.nodes.get(1), Duration.ofMillis(100));
        mesh.sim.traffic(mesh.nodes.get(1), mesh.nodes.get(2), Duration.ofMillis(100));
        mesh.sim.link(LinkModel.PERFECT.withLoss(0.1).withJitter(Duration.ofMillis(20)));
        for (int i = 0; i < 15; i++) {
            SimNode node = mesh.nodes.get(i % 3);
            SimNode other = mesh.nodes.get((i + 1) % 3);
            node.handle(new IkeInput.RekeyRequested(other.name(), i % 5 == 4 ? RekeyKind.IKE : RekeyKind.CHILD));
            other.handle(new IkeInput.HandoverBegun());
            for (int wait = 0; wait < 10 && !other.movable(); wait++) {
                mesh.sim.run(Duration.ofMillis(100));
            }
            other.handOver();
            mesh.sim.run(Duration.ofSeconds(3));
        }
        mesh.sim.link(LinkModel.PERFECT);
        mesh.sim.run(Duration.ofMinutes(3));

        mesh.assertEstablished();
        assertThat(mesh.nodes).allSatisfy(node -> assertThat(node.held()).isZero());
        mesh.assertNothingUndelivered();
    }

    @Test
    void stateThatIsNotWhatItClaimsToBeIsRefused() {
        IkeEndpoint endpoint = new IkeEndpoint(EndpointConfig.DEFAULTS, new SecureRandom(), KeyLog.NONE);
        byte[] good;
        try (EndpointState state = endpoint.save(sim.now())) {
            good = state.octets().clone();
        }
        byte[] longer = Arrays.copyOf(good, good.length + 1);
        byte[] other = good.clone();
        other[3]++;

        for (byte[] wrong : new byte[][] {longer, other, Arrays.copyOf(good, good.length - 1), {}}) {
            assertThatThrownBy(() -> endpoint.restore(EndpointState.of(wrong), sim.now()))
                    .isInstanceOf(WireFormatException.class);
        }
        assertThat(endpoint.restore(EndpointState.of(good), sim.now())).isEmpty();
    }

    @Test
    void keysAreNeitherPrintedNorLeftBehind() {
        byte[] octets = {1, 2, 3};
        EndpointState state = EndpointState.of(octets);

        assertThat(state).hasToString("EndpointState[3 octets]");
        state.close();

        assertThat(octets).containsOnly(0);
    }
}
