package dev.espalier.testkit.ike;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.IkeEvent;
import dev.espalier.ike.IkeInput;
import dev.espalier.ike.IkeInput.RekeyKind;
import dev.espalier.testkit.sim.SimDataPath;
import dev.espalier.testkit.sim.SimNode;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RekeyTest {
    private final Scenario scenario = Scenario.pair(2).established();
    private final SimNode a = scenario.a();
    private final SimNode b = scenario.b();

    private void rekey(SimNode node, RekeyKind kind) {
        node.handle(new IkeInput.RekeyRequested(node == a ? "b" : "a", kind));
    }

    @Test
    @Tag("IKE-24")
    void aChildIsRekeyedBeforeTheOldOneGoes() {
        int old = b.dataPath().sendingTo("a").orElseThrow().spi();
        scenario.sim.hold();
        rekey(a, RekeyKind.CHILD);

        // HDR, SK{N(REKEY_SA), SA, Ni, KEi, TSi, TSr}  -->
        scenario.sim.deal(a, b);
        scenario.assertSas(a, b, 1, 1);
        scenario.assertSas(b, a, 2, 1);
        assertThat(b.dataPath().sendingTo("a").orElseThrow().spi()).isEqualTo(old);
        //                                               <--  HDR, SK{SA, Nr, KEr, TSi, TSr}
        scenario.sim.deal(b, a);
        scenario.assertSas(a, b, 2, 2);
        scenario.assertSas(b, a, 2, 1);
        // HDR, SK{D}  -->
        scenario.sim.deal(a, b);
        scenario.assertSas(b, a, 2, 1);
        assertThat(b.dataPath().sendingTo("a").orElseThrow().spi()).isNotEqualTo(old);
        //                                               <--  HDR, SK{D}
        scenario.sim.deal(b, a);
        scenario.assertSas(a, b, 2, 1);
        assertThat(scenario.sim.held()).isEmpty();

        scenario.sim.release();
        scenario.sim.run(Duration.ofSeconds(10));
        scenario.assertSas(a, b, 1, 1);
        scenario.assertSas(b, a, 1, 1);
        scenario.assertEstablished();
        assertThat(a.events(IkeEvent.ChildSaRekeyed.class)).hasSize(1);
        assertThat(a.status("b").children())
                .singleElement()
                .satisfies(child -> assertThat(child.rekeys()).isOne());
    }

    @Test
    @Tag("IKE-40")
    void rekeyingKeepsTheSelectors() {
        SimDataPath.Sa before = a.dataPath().sendingTo("b").orElseThrow();
        rekey(b, RekeyKind.CHILD);
        scenario.sim.run(Duration.ofSeconds(10));

        SimDataPath.Sa after = a.dataPath().sendingTo("b").orElseThrow();
        assertThat(after.spi()).isNotEqualTo(before.spi());
        assertThat(after.localSelectors()).isEqualTo(before.localSelectors()).isNotEmpty();
        assertThat(after.remoteSelectors()).isEqualTo(before.remoteSelectors()).isNotEmpty();
    }

    @Test
    @Tag("IKE-25")
    void anIkeSaIsRekeyedAndItsChildMoves() {
        var before = a.status("b");
        scenario.sim.hold();
        rekey(b, RekeyKind.IKE);

        // HDR, SK{SA, Ni, KEi}  -->   <--  HDR, SK{SA, Nr, KEr}   HDR', SK{D}  -->   <--  HDR, SK{}
        scenario.sim.deal(b, a);
        scenario.sim.deal(a, b);
        scenario.sim.deal(b, a);
        scenario.sim.deal(a, b);

        assertThat(scenario.sim.held()).isEmpty();
        scenario.sim.release();
        assertThat(a.status("b").spiInitiator()).isNotEqualTo(before.spiInitiator());
        assertThat(a.status("b").initiator()).isFalse();
        assertThat(b.status("a").initiator()).isTrue();
        assertThat(b.status("a").spiInitiator()).isEqualTo(a.status("b").spiInitiator());
        assertThat(a.status("b").rekeys()).isOne();
        assertThat(a.status("b").children()).isEqualTo(before.children());
        // The counters start again, and the child is rekeyed under the new IKE SA.
        scenario.sim.forgetSent();
        rekey(b, RekeyKind.CHILD);
        scenario.sim.run(Duration.ofSeconds(10));
        assertThat(scenario.sim.sentText().getFirst()).isEqualTo("b->a CREATE_CHILD_SA request 0");
        scenario.assertEstablished();
        scenario.assertSas(a, b, 1, 1);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16})
    @Tag("IKE-26")
    void crossingChildRekeysLeaveOnePair(long seed) {
        Scenario crossing = Scenario.pair(seed).established();
        crossing.sim.hold();
        crossing.a().handle(new IkeInput.RekeyRequested("b", RekeyKind.CHILD));
        crossing.b().handle(new IkeInput.RekeyRequested("a", RekeyKind.CHILD));
        // Both requests are out before either arrives.
        crossing.sim.deal(crossing.a(), crossing.b());
        crossing.sim.deal(crossing.b(), crossing.a());
        crossing.assertSas(crossing.a(), crossing.b(), 2, 1);
        crossing.assertSas(crossing.b(), crossing.a(), 2, 1);
        crossing.sim.deal(crossing.b(), crossing.a());
        crossing.sim.deal(crossing.a(), crossing.b());

        crossing.sim.release();
        crossing.sim.run(Duration.ofSeconds(20));

        crossing.assertSas(crossing.a(), crossing.b(), 1, 1);
        crossing.assertSas(crossing.b(), crossing.a(), 1, 1);
        crossing.assertEstablished();
        // Two DELETEs and no more: the redundant pair by its maker, the old one by the winner.
        assertThat(crossing.sim.sentText().stream().filter(text -> text.contains("INFORMATIONAL request")))
                .hasSize(2);
    }

    @Test
    @Tag("IKE-26")
    @Tag("IKE-28")
    void aRekeyingThatThePeerHasFinishedAlreadyIsRefusedAndForgotten() {
        scenario.sim.hold();
        rekey(a, RekeyKind.CHILD);
        rekey(b, RekeyKind.CHILD);
        scenario.sim.deal(a, b);
        scenario.sim.discard(b, a);
        // b's request is lost; its reply to a comes when a repeats its own.
        scenario.sim.run(Duration.ofMillis(600));
        scenario.sim.release();
        scenario.sim.run(Duration.ofSeconds(20));

        scenario.assertSas(a, b, 1, 1);
        scenario.assertSas(b, a, 1, 1);
        scenario.assertEstablished();
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24, 25, 26})
    @Tag("IKE-27")
    void crossingIkeRekeysLeaveOneIkeSaWithTheChild(long seed) {
        Scenario crossing = Scenario.pair(seed).established();
        crossing.sim.hold();
        crossing.a().handle(new IkeInput.RekeyRequested("b", RekeyKind.IKE));
        crossing.b().handle(new IkeInput.RekeyRequested("a", RekeyKind.IKE));
        crossing.sim.deal(crossing.a(), crossing.b());
        crossing.sim.deal(crossing.b(), crossing.a());
        crossing.sim.deal(crossing.b(), crossing.a());
        crossing.sim.deal(crossing.a(), crossing.b());

        crossing.sim.release();
        crossing.sim.run(Duration.ofSeconds(20));

        crossing.assertEstablished();
        assertThat(crossing.a().status("b").spiInitiator())
                .isEqualTo(crossing.b().status("a").spiInitiator());
        assertThat(crossing.a().status("b").rekeys()).isOne();
        crossing.assertSas(crossing.a(), crossing.b(), 1, 1);
        // The child answers on the survivor.
        crossing.sim.forgetSent();
        crossing.b().handle(new IkeInput.RekeyRequested("a", RekeyKind.CHILD));
        crossing.sim.run(Duration.ofSeconds(10));
        crossing.assertEstablished();
        assertThat(crossing.b().events(IkeEvent.NegotiationFailed.class)).isEmpty();
        assertThat(crossing.b().status("a").children())
                .singleElement()
                .satisfies(child -> assertThat(child.rekeys()).isOne());
    }

    @Test
    @Tag("IKE-27")
    @Tag("IKE-28")
    void anIkeRekeyingThatThePeerDidNotSeeIsForgotten() {
        scenario.sim.hold();
        rekey(a, RekeyKind.IKE);
        rekey(b, RekeyKind.IKE);
        // b answers a; a's reply to b's request never comes about, because a is done before it sees that.
        scenario.sim.deal(a, b);
        var request = scenario.sim.held().getFirst();
        assertThat(request.from()).isEqualTo("b");
        scenario.sim.discard(b, a);
        scenario.sim.run(Duration.ofMillis(600));
        scenario.sim.release();
        scenario.sim.run(Duration.ofSeconds(20));

        scenario.assertEstablished();
        assertThat(a.status("b").spiInitiator()).isEqualTo(b.status("a").spiInitiator());
        assertThat(a.status("b").rekeys()).isOne();
    }

    @Test
    @Tag("IKE-28")
    void anIkeRekeyingMeetsAChildRekeyingAndWaits() {
        scenario.sim.hold();
        rekey(a, RekeyKind.IKE);
        rekey(b, RekeyKind.CHILD);

        scenario.sim.release();
        scenario.sim.run(Duration.ofSeconds(30));

        scenario.assertEstablished();
        assertThat(a.status("b").rekeys()).isOne();
        assertThat(a.status("b").children())
                .singleElement()
                .satisfies(child -> assertThat(child.rekeys()).isOne());
    }

    @Test
    @Tag("IKE-24")
    @Tag("IKE-25")
    void trafficCrossesManyRekeyingsWithoutLoss() {
        scenario.sim.reportUsage();
        scenario.sim.traffic(a, b, Duration.ofMillis(10));
        for (int i = 0; i < 50; i++) {
            SimNode by = i % 3 == 0 ? b : a;
            rekey(by, i % 10 == 9 ? RekeyKind.IKE : RekeyKind.CHILD);
            scenario.sim.run(Duration.ofSeconds(3));
        }

        scenario.sim.run(Duration.ofSeconds(10));
        scenario.assertNothingUndelivered();
        assertThat(a.held() + b.held()).isZero();
        scenario.assertSas(a, b, 1, 1);
        assertThat(a.status("b").rekeys()).isEqualTo(5);
        assertThat(a.events(IkeEvent.ChildSaRekeyed.class)).hasSize(45);
    }
}
