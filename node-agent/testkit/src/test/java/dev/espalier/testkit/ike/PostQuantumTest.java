package dev.espalier.testkit.ike;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.EndpointConfig;
import dev.espalier.ike.IkeEvent;
import dev.espalier.ike.IkeInput;
import dev.espalier.ike.IkeInput.RekeyKind;
import dev.espalier.ike.PeerConfig;
import dev.espalier.testkit.sim.LinkModel;
import dev.espalier.testkit.sim.SimNode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Additional key exchanges: IKE_INTERMEDIATE and IKE_FOLLOWUP_KE (RFC 9242, RFC 9370). */
@Tag("PQ-01")
class PostQuantumTest {
    private static final String IKE = "aes256gcm16-prfsha384-x25519-ke1_mlkem768";
    private static final String ESP = "aes256gcm16-x25519-ke1_mlkem768-esn";
    private static final String CLASSIC_IKE = "aes256gcm16-prfsha384-x25519";
    private static final Duration SOON = Duration.ofSeconds(2);

    private static PeerConfig hybrid(PeerConfig peer) {
        return Scenario.withIke(Scenario.withEsp(peer, ESP), IKE);
    }

    private static Scenario established(long seed) {
        Scenario scenario = Scenario.pair(seed).start(PostQuantumTest::hybrid);
        scenario.sim.run(SOON);
        scenario.assertEstablished();
        scenario.sim.forgetSent();
        return scenario;
    }

    private static List<String> distinct(Scenario scenario) {
        return scenario.sim.sentText().stream().distinct().toList();
    }

    private static void rekey(SimNode node, String peer, RekeyKind kind) {
        node.handle(new IkeInput.RekeyRequested(peer, kind));
    }

    private static void assertOnePair(Scenario scenario) {
        scenario.assertEstablished();
        scenario.assertSas(scenario.a(), scenario.b(), 1, 1);
        scenario.assertSas(scenario.b(), scenario.a(), 1, 1);
        assertThat(scenario.a().status("b").spiInitiator())
                .as(() -> scenario.sim.trace())
                .isEqualTo(scenario.b().status("a").spiInitiator());
    }

    @Test
    @Tag("PQ-02")
    @Tag("FRG-01")
    void bothKeyExchangesStandBehindTheIkeSa() {
        Scenario scenario = Scenario.pair(1).start(PostQuantumTest::hybrid);

        scenario.sim.run(SOON);

        // HDR, SAi1, KEi, Ni, N(INTERMEDIATE_EXCHANGE_SUPPORTED)  -->   <--  HDR, SAr1, KEr, Nr,
        // N(INTERMEDIATE_EXCHANGE_SUPPORTED)
        // HDR, SK{KEi(1)}, too big for one datagram              -->   <--  HDR, SK{KEr(1)}
        // HDR, SK{IDi, CERT, AUTH, ...}                          -->   <--  HDR, SK{IDr, CERT, AUTH, ...}
        assertThat(distinct(scenario))
                .containsExactly(
                        "a->b IKE_SA_INIT request 0",
                        "b->a IKE_SA_INIT response 0",
                        "a->b IKE_INTERMEDIATE request 1",
                        "b->a IKE_INTERMEDIATE response 1",
                        "a->b IKE_AUTH request 2",
                        "b->a IKE_AUTH response 2");
        assertThat(scenario.sim.sentText().stream().filter("a->b IKE_INTERMEDIATE request 1"::equals))
                .hasSize(2);
        scenario.assertEstablished();
        assertThat(scenario.a().status("b").suite()).isEqualTo(IKE);
        assertThat(scenario.a().status("b").postQuantum()).isTrue();
        assertThat(scenario.b().status("a").postQuantum()).isTrue();
    }

    @Test
    void severalAdditionalKeyExchangesComeInOrder() {
        String ike = "aes256gcm16-prfsha384-x25519-ke1_mlkem768-ke2_ecp256";
        String esp = "aes256gcm16-x25519-ke1_ecp256-ke2_mlkem768-esn";
        Scenario scenario = Scenario.pair(1).start(peer -> Scenario.withIke(Scenario.withEsp(peer, esp), ike));
        scenario.sim.run(SOON);
        scenario.assertEstablished();
        assertThat(scenario.a().status("b").suite()).isEqualTo(ike);
        scenario.sim.forgetSent();

        rekey(scenario.b(), "a", RekeyKind.CHILD);
        rekey(scenario.b(), "a", RekeyKind.IKE);
        scenario.sim.run(Duration.ofSeconds(20));

        assertOnePair(scenario);
        assertThat(distinct(scenario))
                .startsWith(
                        "b->a CREATE_CHILD_SA request 0",
                        "a->b CREATE_CHILD_SA response 0",
                        "b->a IKE_FOLLOWUP_KE request 1",
                        "a->b IKE_FOLLOWUP_KE response 1",
                        "b->a IKE_FOLLOWUP_KE request 2",
                        "a->b IKE_FOLLOWUP_KE response 2",
                        "b->a CREATE_CHILD_SA request 3",
                        "a->b CREATE_CHILD_SA response 3",
                        "b->a IKE_FOLLOWUP_KE request 4");
        assertThat(scenario.a().status("b").rekeys()).isOne();
    }

    @Test
    void aPeerThatKnowsNoneIsMetWithoutThemWhereThePolicyAllows() {
        Scenario scenario = Scenario.pair(1);
        scenario.configure(scenario.b(), peer -> Scenario.withIke(peer, CLASSIC_IKE));
        scenario.configure(scenario.a(), peer -> Scenario.withIke(peer, IKE, CLASSIC_IKE));

        scenario.sim.run(SOON);

        scenario.assertEstablished();
        assertThat(scenario.a().status("b").suite()).isEqualTo(CLASSIC_IKE);
        assertThat(scenario.a().status("b").postQuantum()).isFalse();
    }

    @Test
    void aPolicyThatDemandsThemRefusesAPeerWithout() {
        Scenario scenario = Scenario.pair(1);
        scenario.configure(scenario.b(), peer -> Scenario.withIke(peer, IKE));
        scenario.configure(scenario.a(), peer -> Scenario.withIke(peer, CLASSIC_IKE));

        scenario.sim.run(SOON);

        scenario.assertSas(scenario.a(), scenario.b(), 0, 0);
        assertThat(scenario.b().events(IkeEvent.NegotiationFailed.class))
                .first()
                .satisfies(failed -> assertThat(failed.reason()).contains("IKE proposals"));
    }

    @Test
    @Tag("IKE-24")
    void aChildIsRekeyedWithFollowUps() {
        Scenario scenario = established(2);
        SimNode a = scenario.a();
        SimNode b = scenario.b();
        scenario.sim.hold();
        rekey(a, "b", RekeyKind.CHILD);

        // HDR, SK{N(REKEY_SA), SA, Ni, KEi, TSi, TSr}  -->   <--  HDR, SK{SA, Nr, KEr, N(ADDITIONAL_KEY_EXCHANGE), TSi,
        // TSr}
        scenario.sim.deal(a, b);
        scenario.sim.deal(b, a);
        scenario.assertSas(a, b, 1, 1);
        scenario.assertSas(b, a, 1, 1);
        // HDR, SK{KEi(1), N(ADDITIONAL_KEY_EXCHANGE)}  -->   <--  HDR, SK{KEr(1)}
        scenario.sim.deal(a, b);
        scenario.sim.deal(a, b);
        scenario.assertSas(b, a, 2, 1);
        scenario.sim.release();
        scenario.sim.run(Duration.ofSeconds(10));

        assertOnePair(scenario);
        assertThat(distinct(scenario).subList(2, 4))
                .containsExactly("a->b IKE_FOLLOWUP_KE request 4", "b->a IKE_FOLLOWUP_KE response 4");
        assertThat(a.status("b").children())
                .singleElement()
                .satisfies(child -> assertThat(child.rekeys()).isOne());
    }

    @Test
    @Tag("IKE-25")
    void anIkeSaIsRekeyedWithFollowUps() {
        Scenario scenario = established(2);

        rekey(scenario.b(), "a", RekeyKind.IKE);
        scenario.sim.run(Duration.ofSeconds(10));

        assertOnePair(scenario);
        assertThat(distinct(scenario).subList(2, 4))
                .containsExactly("b->a IKE_FOLLOWUP_KE request 1", "a->b IKE_FOLLOWUP_KE response 1");
        assertThat(scenario.a().status("b").rekeys()).isOne();
        assertThat(scenario.a().status("b").postQuantum()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {31, 32, 33, 34, 35, 36})
    @Tag("IKE-26")
    @Tag("IKE-27")
    void crossingRekeysWithFollowUpsLeaveOne(long seed) {
        for (RekeyKind kind : RekeyKind.values()) {
            Scenario crossing = established(seed);
            crossing.sim.link(LinkModel.PERFECT.withJitter(Duration.ofMillis(50)));
            crossing.sim.reportUsage();
            crossing.sim.traffic(crossing.a(), crossing.b(), Duration.ofMillis(100));
            rekey(crossing.a(), "b", kind);
            rekey(crossing.b(), "a", kind);

            crossing.sim.run(Duration.ofSeconds(60));

            assertOnePair(crossing);
            crossing.assertNothingUndelivered();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {41, 42, 43, 44})
    void lossAndReorderingCostTimeAlone(long seed) {
        Scenario scenario = Scenario.pair(seed).start(PostQuantumTest::hybrid);
        scenario.sim.link(LinkModel.PERFECT.withLoss(0.2).withDuplication(0.2).withJitter(Duration.ofMillis(30)));
        scenario.sim.run(Duration.ofSeconds(60));
        rekey(scenario.a(), "b", RekeyKind.IKE);
        rekey(scenario.b(), "a", RekeyKind.CHILD);

        scenario.sim.run(Duration.ofSeconds(90));

        assertOnePair(scenario);
        assertThat(scenario.a().status("b").postQuantum()).isTrue();
    }

    @Test
    void aFollowUpThatComesTooLateIsNotFoundAndTheRekeyingBeginsAgain() {
        EndpointConfig patient = EndpointConfig.DEFAULTS.withRetransmission(
                new EndpointConfig.Retransmission(Duration.ofSeconds(30), 1.8, Duration.ofSeconds(40), 8));
        Scenario scenario = Scenario.pair(3, patient).start(PostQuantumTest::hybrid);
        scenario.sim.run(SOON);
        SimNode a = scenario.a();
        SimNode b = scenario.b();
        scenario.sim.forgetSent();
        scenario.sim.hold();
        rekey(a, "b", RekeyKind.CHILD);
        scenario.sim.deal(a, b);
        scenario.sim.deal(b, a);
        scenario.sim.discard(a, b);

        // The request comes again after 30 and after 70 seconds; the peer has waited for 60.
        scenario.sim.run(Duration.ofSeconds(35));
        scenario.sim.discard(a, b);
        scenario.sim.run(Duration.ofSeconds(30));
        scenario.sim.release();
        scenario.sim.run(Duration.ofMinutes(2));

        assertOnePair(scenario);
        assertThat(a.events(IkeEvent.NegotiationFailed.class))
                .anySatisfy(failed -> assertThat(failed.reason()).isEqualTo("peer answered STATE_NOT_FOUND"));
        assertThat(a.status("b").children())
                .singleElement()
                .satisfies(child -> assertThat(child.rekeys()).isOne());
    }
}
