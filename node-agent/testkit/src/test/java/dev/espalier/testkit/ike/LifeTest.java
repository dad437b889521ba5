package dev.espalier.testkit.ike;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.EndpointConfig;
import dev.espalier.ike.EndpointStatus.IkeState;
import dev.espalier.ike.IkeEvent;
import dev.espalier.ike.IkeInput;
import dev.espalier.ike.PeerConfig;
import dev.espalier.testkit.sim.SimNode;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import dev.espalier.wire.ip.UdpEndpoint;
import dev.espalier.wire.ip.UdpPath;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of established SAs. */
class LifeTest {
    private final Scenario scenario = Scenario.pair(3).established();
    private final SimNode a = scenario.a();
    private final SimNode b = scenario.b();

    private void withTraffic() {
        scenario.sim.reportUsage();
        scenario.sim.traffic(a, b, Duration.ofMillis(20));
        scenario.sim.run(Duration.ofSeconds(2));
    }

    private void assertNothingLost() {
        scenario.assertNothingUndelivered();
        assertThat(a.held() + b.held()).isZero();
    }

    @Test
    @Tag("IKE-10")
    void noLivenessCheckWhileTrafficFlows() {
        withTraffic();
        scenario.sim.run(Duration.ofMinutes(5));

        assertThat(scenario.sim.sent()).isEmpty();
    }

    @Test
    @Tag("IKE-09")
    @Tag("IKE-10")
    void aSilentPeerIsAskedAndThenDeclaredDead() {
        withTraffic();
        b.crash();

        scenario.sim.run(Duration.ofSeconds(13));
        // HDR, SK{}  -->
        assertThat(scenario.sim.sentText()).contains("a->b INFORMATIONAL request 2");
        assertThat(a.status("b").state()).isEqualTo(IkeState.ESTABLISHED);
        scenario.sim.run(Duration.ofSeconds(70));

        assertThat(a.events(IkeEvent.IkeSaClosed.class))
                .singleElement()
                .satisfies(closed -> assertThat(closed.reason()).isEqualTo("no answer to liveness check"));
        scenario.assertSas(a, b, 0, 0);
    }

    @Test
    @Tag("IKE-11")
    void aRestartedPeerIsTakenBackAndTheOldSasVanishWithoutDelete() {
        withTraffic();
        b.crash();
        scenario.sim.run(Duration.ofSeconds(1));
        b.restart();

        // b has traffic and does not hear of a, so it begins: HDR, SK{IDi, ..., N(INITIAL_CONTACT), ...}  -->
        scenario.sim.run(Duration.ofSeconds(10));

        scenario.assertEstablished();
        assertThat(a.events(IkeEvent.IkeSaClosed.class))
                .singleElement()
                .satisfies(closed -> assertThat(closed.reason()).isEqualTo("peer has restarted"));
        scenario.assertSas(a, b, 1, 1);
        assertThat(scenario.sim.sentText()).noneMatch(text -> text.contains("INFORMATIONAL request"));
    }

    @Test
    @Tag("IKE-29")
    void terminationDeletesBothEnds() {
        scenario.sim.hold();
        b.handle(new IkeInput.TerminateRequested("a"));
        // HDR, SK{D}  -->   <--  HDR, SK{}
        scenario.assertSas(b, a, 0, 0);
        scenario.sim.deal(b, a);
        scenario.assertSas(a, b, 0, 0);
        scenario.sim.deal(a, b);

        assertThat(b.status("a").state()).isEqualTo(IkeState.DOWN);
        assertThat(a.status("b").lastFailure()).isEqualTo("deleted by peer");
    }

    @Test
    @Tag("IKE-29")
    void crossingDeletesOfTheIkeSaEndQuietly() {
        a.configure();
        b.configure();
        scenario.sim.run(Duration.ofSeconds(5));

        scenario.assertSas(a, b, 0, 0);
        scenario.assertSas(b, a, 0, 0);
        assertThat(scenario.sim.sentText())
                .containsExactlyInAnyOrder(
                        "a->b INFORMATIONAL request 2",
                        "b->a INFORMATIONAL request 0",
                        "a->b INFORMATIONAL response 0",
                        "b->a INFORMATIONAL response 2");
    }

    @Test
    @Tag("IKE-29")
    void aRemovedPeerIsCutOffAtOnceAndRefusedAfterwards() {
        withTraffic();

        b.configure();

        scenario.assertSas(b, a, 0, 0);
        scenario.sim.run(Duration.ofSeconds(5));
        scenario.assertSas(a, b, 0, 0);
        assertThat(a.status("b").state()).isNotEqualTo(IkeState.ESTABLISHED);
    }

    @Test
    @Tag("SIG-08")
    void aRevokedCertificateEndsItsSasAtOnce() {
        b.handle(new IkeInput.RevocationChanged(Set.of(a.credentials().serial())));

        scenario.assertSas(b, a, 0, 0);
        scenario.sim.run(Duration.ofSeconds(60));
        assertThat(b.events(IkeEvent.IkeSaClosed.class))
                .singleElement()
                .satisfies(closed -> assertThat(closed.reason()).isEqualTo("certificate revoked"));
        assertThat(a.status("b").state()).isNotEqualTo(IkeState.ESTABLISHED);
        scenario.assertSas(b, a, 0, 0);
    }

    @Test
    void newCredentialsReplaceTheIkeSaWithoutLoss() {
        withTraffic();
        long before = a.status("b").spiInitiator();

        b.credentials(scenario.pki.node("b", Duration.ofDays(30)));
        scenario.sim.run(Duration.ofSeconds(20));
        a.credentials(scenario.pki.node("a", Duration.ofDays(30)));
        scenario.sim.run(Duration.ofSeconds(20));

        assertNothingLost();
        scenario.assertEstablished();
        scenario.assertSas(a, b, 1, 1);
        scenario.assertSas(b, a, 1, 1);
        assertThat(a.status("b").spiInitiator())
                .isNotEqualTo(before)
                .isEqualTo(b.status("a").spiInitiator());
        assertThat(a.events(IkeEvent.IkeSaEstablished.class)).hasSize(2);
    }

    @Test
    void newCredentialsAtBothEndsAtOnceLeaveOneIkeSaWithoutLoss() {
        withTraffic();

        a.credentials(scenario.pki.node("a", Duration.ofDays(30)));
        b.credentials(scenario.pki.node("b", Duration.ofDays(30)));
        scenario.sim.run(Duration.ofSeconds(30));

        assertNothingLost();
        scenario.assertEstablished();
        scenario.assertSas(a, b, 1, 1);
        scenario.assertSas(b, a, 1, 1);
        assertThat(a.status("b").spiInitiator()).isEqualTo(b.status("a").spiInitiator());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 5, 300, 3000, 20_000})
    void anotherSuiteTakesOverWithoutLossWhateverTheDelayBetweenTheEnds(long delayMillis) {
        withTraffic();
        UnaryOperator<PeerConfig> change = peer ->
                Scenario.withIke(Scenario.withEsp(peer, "aes128gcm16-ecp256-esn"), "aes128gcm16-prfsha256-ecp256");

        scenario.configure(a, change);
        scenario.sim.run(Duration.ofMillis(delayMillis));
        scenario.configure(b, change);
        scenario.sim.run(Duration.ofSeconds(60));

        assertNothingLost();
        scenario.assertEstablished();
        scenario.assertSas(a, b, 1, 1);
        scenario.assertSas(b, a, 1, 1);
        assertThat(a.status("b").children())
                .singleElement()
                .satisfies(child -> assertThat(child.suite()).isEqualTo("aes128gcm16-esn"));
        assertThat(a.status("b").suite()).isEqualTo("aes128gcm16-prfsha256-ecp256");
        assertThat(b.status("a").suite()).isEqualTo("aes128gcm16-prfsha256-ecp256");
    }

    @Test
    @Tag("IKE-39")
    void anotherPrefixIsNegotiatedWithoutLoss() {
        withTraffic();
        Prefix more = Prefix.parse("10.245.0.0/24");
        scenario.configure(
                b,
                peer -> Scenario.withPrefixes(
                        peer,
                        peer.localPrefixes(),
                        List.of(peer.remotePrefixes().getFirst(), more)));
        scenario.configure(
                a,
                peer -> Scenario.withPrefixes(
                        peer, List.of(peer.localPrefixes().getFirst(), more), peer.remotePrefixes()));
        scenario.sim.run(Duration.ofSeconds(30));

        assertNothingLost();
        scenario.assertEstablished();
        scenario.assertSas(a, b, 1, 1);
        assertThat(a.dataPath().inbound("b").getFirst().localSelectors())
                .containsExactlyInAnyOrder("10.244.0.0/24", "10.245.0.0/24");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void crossingInitiationsLeaveOneIkeSa(long seed) {
        Scenario crossing = Scenario.pair(seed);
        crossing.start(peer -> Scenario.withInitiate(peer, true));
        crossing.sim.reportUsage();
        crossing.sim.traffic(crossing.a(), crossing.b(), Duration.ofMillis(20));
        crossing.sim.run(Duration.ofMillis(100));
        int heldAtFirst = crossing.a().held() + crossing.b().held();

        crossing.sim.run(Duration.ofSeconds(30));

        crossing.assertEstablished();
        crossing.assertNothingUndelivered();
        assertThat(crossing.a().held() + crossing.b().held()).isEqualTo(heldAtFirst);
        crossing.assertSas(crossing.a(), crossing.b(), 1, 1);
        crossing.assertSas(crossing.b(), crossing.a(), 1, 1);
        assertThat(crossing.a().status("b").spiInitiator())
                .isEqualTo(crossing.b().status("a").spiInitiator());
    }

    @Test
    void lifetimesRekeyInTimeWithoutLoss() {
        UnaryOperator<PeerConfig> brief = peer -> Scenario.withLifetimes(
                peer, Duration.ofMinutes(10), new PeerConfig.ChildLifetime(Duration.ofMinutes(2), 0, 0));
        Scenario timed = Scenario.pair(4).start(brief);
        timed.sim.run(Duration.ofSeconds(1));
        timed.sim.reportUsage();
        timed.sim.traffic(timed.a(), timed.b(), Duration.ofMillis(100));

        timed.sim.run(Duration.ofMinutes(60));

        timed.assertNothingUndelivered();
        assertThat(timed.a().held() + timed.b().held()).isZero();
        timed.assertEstablished();
        assertThat(timed.a().events(IkeEvent.ChildSaRekeyed.class)).hasSizeBetween(28, 45);
        assertThat(timed.a().events(IkeEvent.IkeSaRekeyed.class)).hasSizeBetween(5, 9);
        assertThat(timed.a().events(IkeEvent.IkeSaEstablished.class)).hasSize(1);
    }

    @Test
    void packetAndByteLimitsRekeyInTime() {
        UnaryOperator<PeerConfig> brief = peer -> Scenario.withLifetimes(
                peer, Duration.ofHours(4), new PeerConfig.ChildLifetime(Duration.ofHours(1), 5_000_000, 2000));
        Scenario counted = Scenario.pair(5).start(brief);
        counted.sim.run(Duration.ofSeconds(1));
        counted.sim.reportUsage();
        counted.sim.traffic(counted.a(), counted.b(), Duration.ofMillis(100));

        counted.sim.run(Duration.ofMinutes(20));

        counted.assertNothingUndelivered();
        assertThat(counted.a().events(IkeEvent.ChildSaRekeyed.class)).hasSizeBetween(5, 9);
    }

    @Test
    @Tag("IKE-46")
    void thePeersNewAddressIsFollowedOnceItHasAuthenticated() {
        var path = b.status("a").path().orElseThrow();
        UdpPath moved = new UdpPath(path.local(), new UdpEndpoint(IpAddress.parse("198.51.100.7"), 61_000));
        scenario.sim.hold();
        a.handle(new IkeInput.RekeyRequested("b", IkeInput.RekeyKind.CHILD));
        Octets genuine = scenario.sim.held().getFirst().datagram();
        byte[] forged = genuine.toArray();
        forged[forged.length - 1] ^= 1;

        scenario.sim.inject(b, moved, Octets.of(forged));
        assertThat(b.status("a").path()).contains(path);
        scenario.sim.inject(b, moved, genuine);

        assertThat(b.status("a").path()).contains(moved);
        // The answer goes to where the request came from (IKE-42).
        assertThat(scenario.sim.sent().getLast().path().remote()).isEqualTo(moved.remote());
    }

    @Test
    @Tag("IKE-55")
    void moreChildrenThanAllowedAreRefused() {
        EndpointConfig.Rekey d = EndpointConfig.DEFAULTS.rekey();
        EndpointConfig none = EndpointConfig.DEFAULTS.withRekey(
                new EndpointConfig.Rekey(d.earliest(), d.latest(), d.linger(), d.retryPause(), d.giveUp(), 0));
        Scenario limited = Scenario.pair(6, none);
        // The child of IKE_AUTH is refused for its proposal, so that the next one comes by CREATE_CHILD_SA.
        limited.configure(limited.b(), peer -> Scenario.withEsp(peer, "aes128gcm16-x25519-esn"));
        limited.configure(limited.a(), UnaryOperator.identity());
        limited.sim.run(Duration.ofSeconds(1));
        limited.configure(limited.b(), UnaryOperator.identity());
        limited.sim.run(Duration.ofSeconds(1));
        limited.assertSas(limited.b(), limited.a(), 0, 0);

        // HDR, SK{SA, Ni, KEi, TSi, TSr}  -->   <--  HDR, SK{N(NO_ADDITIONAL_SAS)}; then a fresh IKE SA, whose IKE_AUTH
        // brings a child
        limited.sim.run(Duration.ofSeconds(10));

        limited.assertEstablished();
        assertThat(limited.a().events(IkeEvent.IkeSaEstablished.class)).hasSize(2);
        limited.assertSas(limited.a(), limited.b(), 1, 1);
    }

    @Test
    void anExpiredPeerCertificateEndsItsIkeSa() {
        Scenario expiring = new Scenario(7);
        for (String name : List.of("a", "b")) {
            expiring.nodes.add(
                    expiring.sim.node(expiring.pki.node(name, Duration.ofMinutes(5)), EndpointConfig.DEFAULTS));
        }
        expiring.start();
        expiring.sim.run(Duration.ofMinutes(4));
        expiring.assertEstablished();

        expiring.sim.run(Duration.ofMinutes(4));

        expiring.assertSas(expiring.a(), expiring.b(), 0, 0);
        assertThat(expiring.a().events(IkeEvent.IkeSaClosed.class))
                .first()
                .satisfies(closed -> assertThat(closed.reason()).isIn("peer's certificate expired", "deleted by peer"));
    }
}
