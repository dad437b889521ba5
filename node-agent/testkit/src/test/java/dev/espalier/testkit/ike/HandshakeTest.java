package dev.espalier.testkit.ike;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.EndpointConfig;
import dev.espalier.ike.EndpointStatus.IkeState;
import dev.espalier.ike.IkeEvent;
import dev.espalier.ike.IkeInput;
import dev.espalier.testkit.pki.TestPki;
import dev.espalier.testkit.sim.LinkModel;
import dev.espalier.testkit.sim.SimNode;
import dev.espalier.testkit.sim.Simulation;
import dev.espalier.wire.ip.Prefix;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How IKE SAs begin, and the ways in which they don't. */
class HandshakeTest {
    private static final Duration SOON = Duration.ofSeconds(2);

    private static EndpointConfig cookiesAlways() {
        EndpointConfig.HalfOpen d = EndpointConfig.DEFAULTS.halfOpen();
        return EndpointConfig.DEFAULTS.withHalfOpen(new EndpointConfig.HalfOpen(
                d.limit(), d.limitPerAddress(), 0, d.lifetime(), d.cookiePeriod(), d.initsPerSecond()));
    }

    @Test
    @Tag("IKE-19")
    @Tag("IKE-20")
    void aCookieIsAskedForUnderLoadAndBroughtBack() {
        Scenario scenario = Scenario.pair(1, cookiesAlways());
        scenario.sim.hold();
        scenario.start();

        // HDR, SAi1, KEi, Ni  -->   <--  HDR, N(COOKIE)
        scenario.sim.deal(scenario.a(), scenario.b());
        assertThat(scenario.b().halfOpen()).isZero();
        scenario.sim.deal(scenario.b(), scenario.a());
        // HDR, N(COOKIE), SAi1, KEi, Ni  -->
        scenario.sim.deal(scenario.a(), scenario.b());
        assertThat(scenario.b().halfOpen()).isOne();
        scenario.sim.release();
        scenario.sim.run(SOON);

        scenario.assertEstablished();
    }

    @Test
    @Tag("IKE-20")
    @Tag("IKE-23")
    void anotherKeyExchangeIsAskedForAndTheCookieKept() {
        Scenario scenario = Scenario.pair(1, cookiesAlways());
        scenario.configure(scenario.b(), peer -> Scenario.withIke(peer, "aes256gcm16-prfsha384-ecp256"));
        scenario.configure(scenario.a(), peer -> Scenario.withIke(peer, "aes256gcm16-prfsha384-x25519-ecp256"));

        scenario.sim.run(SOON);

        // COOKIE, INVALID_KE_PAYLOAD, then the real one; message ID 0 throughout
        assertThat(scenario.sim.sentText().stream().filter("a->b IKE_SA_INIT request 0"::equals))
                .hasSize(3);
        scenario.assertEstablished();
        assertThat(scenario.a().status("b").suite()).isEqualTo("aes256gcm16-prfsha384-ecp256");
    }

    @Test
    @Tag("IKE-23")
    void aChildRekeyingWithAnotherKeyExchangeIsRepeated() {
        Scenario scenario = Scenario.pair(1);
        scenario.configure(scenario.b(), peer -> Scenario.withEsp(peer, "aes256gcm16-ecp256-esn"));
        scenario.configure(scenario.a(), peer -> Scenario.withEsp(peer, "aes256gcm16-x25519-ecp256-esn"));
        scenario.sim.run(SOON);
        scenario.assertEstablished();

        scenario.a().handle(new IkeInput.RekeyRequested("b", IkeInput.RekeyKind.CHILD));
        scenario.sim.run(Duration.ofSeconds(10));

        scenario.assertEstablished();
        scenario.assertSas(scenario.a(), scenario.b(), 1, 1);
        assertThat(scenario.a().status("b").children())
                .singleElement()
                .satisfies(child -> assertThat(child.rekeys()).isOne());
    }

    @Test
    @Tag("IKE-01")
    void requestsAreRepeatedBitByBitAtGrowingIntervalsAndGivenUp() {
        Scenario scenario = Scenario.pair(1);
        scenario.b().crash();
        scenario.start();

        scenario.sim.run(Duration.ofSeconds(45));

        List<Simulation.InFlight> copies = scenario.sim.sent().stream()
                .filter(d -> d.datagram().equals(scenario.sim.sent().getFirst().datagram()))
                .toList();
        assertThat(copies).hasSize(1 + EndpointConfig.DEFAULTS.retransmission().copies());
        assertThat(scenario.a().events(IkeEvent.NegotiationFailed.class)).isEmpty();
        scenario.sim.run(Duration.ofSeconds(30));
        assertThat(scenario.a().events(IkeEvent.NegotiationFailed.class))
                .first()
                .satisfies(failed -> {
                    assertThat(failed.reason()).contains("no answer from 192.0.2.2:500");
                    assertThat(failed.willRetry()).isTrue();
                });
    }

    @Test
    @Tag("IKE-02")
    @Tag("IKE-03")
    void repeatedRequestsGetTheStoredReplyAndChangeNothing() {
        Scenario scenario = Scenario.pair(1);
        SimNode a = scenario.a();
        SimNode b = scenario.b();
        scenario.sim.hold();
        scenario.start();
        var init = scenario.sim.deal(a, b);
        var initReply = scenario.sim.held().getFirst();

        scenario.sim.inject(b, Simulation.reversed(init.path()), init.datagram());

        assertThat(b.halfOpen()).isOne();
        assertThat(scenario.sim.held())
                .hasSize(2)
                .allSatisfy(d -> assertThat(d.datagram()).isEqualTo(initReply.datagram()));
        scenario.sim.deal(b, a);
        var auth = scenario.sim.deal(a, b);
        scenario.sim.discard(b, a);
        scenario.sim.inject(b, Simulation.reversed(auth.path()), auth.datagram());
        scenario.sim.inject(b, Simulation.reversed(auth.path()), auth.datagram());
        assertThat(scenario.sim.held()).hasSize(2);
        assertThat(scenario.sim.held().get(0).datagram())
                .isEqualTo(scenario.sim.held().get(1).datagram());
        scenario.assertSas(b, a, 1, 1);
        scenario.sim.release();
        scenario.sim.run(SOON);
        scenario.assertEstablished();
    }

    @Test
    @Tag("IKE-32")
    void anUnprotectedRefusalDoesNotEndTheAttemptAtOnce() {
        Scenario scenario = Scenario.pair(1);
        scenario.configure(scenario.b(), peer -> Scenario.withIke(peer, "aes128gcm16-prfsha256-x25519"));
        scenario.sim.hold();
        scenario.configure(scenario.a(), UnaryOperator.identity());
        scenario.sim.deal(scenario.a(), scenario.b());
        // <--  HDR, N(NO_PROPOSAL_CHOSEN), which anyone could have made
        scenario.sim.deal(scenario.b(), scenario.a());
        assertThat(scenario.a().events(IkeEvent.NegotiationFailed.class)).isEmpty();

        scenario.sim.release();
        scenario.sim.run(Duration.ofSeconds(4));

        assertThat(scenario.a().events(IkeEvent.NegotiationFailed.class))
                .first()
                .satisfies(failed -> assertThat(failed.reason()).contains("NO_PROPOSAL_CHOSEN"));
        assertThat(scenario.a().status("b").lastFailure()).contains("NO_PROPOSAL_CHOSEN");
        assertThat(scenario.b().events(IkeEvent.NegotiationFailed.class))
                .first()
                .satisfies(failed -> assertThat(failed.reason()).contains("aes128gcm16"));
    }

    private static void assertRefused(Scenario scenario, String reasonAtB) {
        scenario.start();
        scenario.sim.run(SOON);
        SimNode a = scenario.a();
        SimNode b = scenario.b();
        scenario.assertSas(a, b, 0, 0);
        scenario.assertSas(b, a, 0, 0);
        assertThat(a.status("b").state()).isNotEqualTo(IkeState.ESTABLISHED);
        assertThat(a.events(IkeEvent.NegotiationFailed.class))
                .isNotEmpty()
                .allSatisfy(failed -> assertThat(failed.reason()).isEqualTo("peer answered AUTHENTICATION_FAILED"));
        assertThat(b.events(IkeEvent.NegotiationFailed.class))
                .isNotEmpty()
                .allSatisfy(failed -> assertThat(failed.reason()).contains(reasonAtB));
        assertThat(b.halfOpen()).isZero();
    }

    @Test
    @Tag("IKE-33")
    @Tag("SIG-07")
    void aCertificateOfAnotherCaIsRefused() {
        Scenario scenario = Scenario.pair(1);
        TestPki other = TestPki.create("other CA", Simulation.EPOCH);
        scenario.a()
                .credentials(other.node(
                        "a",
                        Simulation.EPOCH.minusSeconds(60),
                        Simulation.EPOCH.plus(Duration.ofDays(1)),
                        List.of(scenario.pki.caCertificate())));

        assertRefused(scenario, "CN=a");
    }

    @Test
    @Tag("SIG-07")
    void anExpiredCertificateIsRefused() {
        Scenario scenario = Scenario.pair(1);
        scenario.a()
                .credentials(scenario.pki.node(
                        "a",
                        Simulation.EPOCH.minus(Duration.ofDays(2)),
                        Simulation.EPOCH.minus(Duration.ofDays(1)),
                        List.of(scenario.pki.caCertificate())));

        assertRefused(scenario, "CN=a");
    }

    @Test
    @Tag("SIG-08")
    void aRevokedCertificateIsRefused() {
        Scenario scenario = Scenario.pair(1);
        scenario.b()
                .handle(new IkeInput.RevocationChanged(
                        Set.of(scenario.a().credentials().serial())));

        assertRefused(scenario, "revoked");
    }

    @Test
    @Tag("IKE-33")
    @Tag("IKE-48")
    void anIdentityThatIsNotConfiguredIsRefused() {
        Scenario scenario = Scenario.pair(1);
        scenario.a().credentials(scenario.pki.node("mallory"));

        assertRefused(scenario, "no peer is configured for ID_FQDN 'mallory'");
    }

    @Test
    @Tag("IKE-33")
    void anInitiatorThatCannotAuthenticateTheResponderSaysSo() {
        Scenario scenario = Scenario.pair(1);
        TestPki other = TestPki.create("other CA", Simulation.EPOCH);
        scenario.b()
                .credentials(other.node(
                        "b",
                        Simulation.EPOCH.minusSeconds(60),
                        Simulation.EPOCH.plus(Duration.ofDays(1)),
                        List.of(scenario.pki.caCertificate())));

        scenario.start();
        scenario.sim.run(Duration.ofMillis(500));

        // HDR, SK{N(AUTHENTICATION_FAILED)}  -->   <--  HDR, SK{}
        assertThat(scenario.sim.sentText()).contains("a->b INFORMATIONAL request 2", "b->a INFORMATIONAL response 2");
        scenario.assertSas(scenario.a(), scenario.b(), 0, 0);
        scenario.assertSas(scenario.b(), scenario.a(), 0, 0);
        assertThat(scenario.b().events(IkeEvent.IkeSaClosed.class))
                .singleElement()
                .satisfies(closed -> assertThat(closed.reason()).isEqualTo("peer could not authenticate us"));
    }

    @Test
    @Tag("IKE-34")
    void aChildRefusedInAuthLeavesTheIkeSaAndIsTriedAgain() {
        Scenario scenario = Scenario.pair(1);
        scenario.configure(scenario.b(), peer -> Scenario.withEsp(peer, "aes128gcm16-x25519-esn"));
        scenario.configure(scenario.a(), UnaryOperator.identity());
        scenario.sim.run(SOON);
        assertThat(scenario.a().status("b").state()).isEqualTo(IkeState.ESTABLISHED);
        scenario.assertSas(scenario.a(), scenario.b(), 0, 0);
        scenario.assertSas(scenario.b(), scenario.a(), 0, 0);

        scenario.configure(scenario.b(), UnaryOperator.identity());
        scenario.sim.run(Duration.ofSeconds(30));

        scenario.assertEstablished();
        scenario.assertSas(scenario.a(), scenario.b(), 1, 1);
        assertThat(scenario.a().events(IkeEvent.IkeSaEstablished.class)).hasSize(1);
    }

    @Test
    @Tag("IKE-37")
    @Tag("IKE-39")
    void selectorsAreNarrowedToWhatEachIdentityMayOwn() {
        Scenario scenario = Scenario.pair(1);
        scenario.configure(scenario.b(), UnaryOperator.identity());
        // a claims all of 10.0.0.0/8 for itself.
        scenario.configure(
                scenario.a(),
                peer -> Scenario.withPrefixes(peer, List.of(Prefix.parse("10.0.0.0/8")), peer.remotePrefixes()));

        scenario.sim.run(SOON);

        scenario.assertEstablished();
        assertThat(scenario.b().dataPath().inbound("a").getFirst().remoteSelectors())
                .containsExactly("10.244.0.0/24");
        assertThat(scenario.a().dataPath().inbound("b").getFirst().localSelectors())
                .containsExactly("10.244.0.0/24");
    }

    @Test
    @Tag("IKE-37")
    void nothingInCommonIsRefused() {
        Scenario scenario = Scenario.pair(1);
        scenario.configure(scenario.b(), UnaryOperator.identity());
        scenario.configure(
                scenario.a(),
                peer -> Scenario.withPrefixes(peer, List.of(Prefix.parse("172.16.0.0/24")), peer.remotePrefixes()));

        scenario.sim.run(SOON);

        scenario.assertSas(scenario.b(), scenario.a(), 0, 0);
        assertThat(scenario.a().status("b").lastFailure()).contains("TS_UNACCEPTABLE");
    }

    @Test
    @Tag("FRG-01")
    @Tag("FRG-02")
    void longMessagesAreCutIntoFragmentsThatFit() {
        Scenario scenario = Scenario.pair(1, EndpointConfig.DEFAULTS.withFragmentOctets(576));
        scenario.sim.link(LinkModel.PERFECT.withMtu(576 - 28 - 4).withLoss(0.1).withJitter(Duration.ofMillis(5)));
        scenario.start();

        scenario.sim.run(Duration.ofSeconds(20));

        assertThat(scenario.sim.sentText().stream()
                        .filter("a->b IKE_AUTH request 1"::equals)
                        .count())
                .isGreaterThan(1);
        scenario.assertEstablished();
    }

    @Test
    @Tag("IKE-45")
    void withoutNatAndWithoutForceEspStaysBareOnPort500() {
        Scenario scenario = Scenario.pair(1);
        scenario.start(peer -> Scenario.withEncapsulation(peer, false));

        scenario.sim.run(SOON);

        scenario.assertEstablished();
        assertThat(scenario.sim.sent())
                .allSatisfy(d -> assertThat(d.path().remote().port()).isEqualTo(500));
        assertThat(scenario.a().dataPath().inbound("b").getFirst().udpEncapsulated())
                .isFalse();
    }
}
