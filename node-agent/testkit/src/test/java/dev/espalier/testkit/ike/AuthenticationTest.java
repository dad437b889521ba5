package dev.espalier.testkit.ike;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.EndpointStatus.IkeState;
import dev.espalier.ike.IkeEvent;
import dev.espalier.ike.LocalCredentials;
import dev.espalier.ike.PeerAuthentication;
import dev.espalier.ike.PeerAuthentication.OwnProof;
import dev.espalier.ike.PeerAuthentication.Trust;
import dev.espalier.ike.auth.Identity;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.testkit.pki.TestPki;
import dev.espalier.testkit.sim.SimNode;
import dev.espalier.testkit.sim.Simulation;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509CRL;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Ends that are no nodes: each proves itself by a method of its own (RFC 7296 2.15). */
class AuthenticationTest {
    private static final Duration SOON = Duration.ofSeconds(2);
    private static final Identity A = Identity.parse("192.0.2.1");
    private static final Identity B = Identity.parse("O=acme,CN=gateway");

    private final Scenario scenario = Scenario.pair(1);
    private final SimNode a = scenario.a();
    private final SimNode b = scenario.b();

    @Test
    @Tag("IKE-44")
    void onePresharedKeyForBothEnds() {
        configure(shared(B, A, "one", "one"), shared(A, B, "one", "one"));
        scenario.assertEstablished();
        scenario.sim.run(Duration.ofMinutes(30));
        scenario.assertEstablished();
    }

    @Test
    void anotherPresharedKeyForEachEnd() {
        configure(shared(B, A, "a to b", "b to a"), shared(A, B, "b to a", "a to b"));
        scenario.assertEstablished();
    }

    @Test
    @Tag("IKE-33")
    void anotherKeyThanExpectedIsRefusedByEitherEnd() {
        configure(shared(B, A, "wrong", "b to a"), shared(A, B, "b to a", "a to b"));
        assertRefused(b, "the shared key is another one");

        configure(shared(B, A, "a to b", "b to a"), shared(A, B, "wrong", "a to b"));
        scenario.sim.run(Duration.ofMinutes(1));
        assertRefused(a, "the shared key is another one");
    }

    @Test
    void aCertificateOnOneSideAndAKeyOnTheOther() {
        PeerAuthentication ofA =
                new PeerAuthentication(B, Optional.empty(), Optional.of(new Trust.SharedKey(key("secret"))));
        PeerAuthentication ofB = new PeerAuthentication(
                Identity.fqdn("a"), Optional.of(new OwnProof.SharedKey(B, key("secret"))), Optional.empty());
        configure(ofA, ofB);
        scenario.assertEstablished();
    }

    @Test
    void certificatesOfAnotherCaOnBothSides() {
        TestPki other = TestPki.create("other CA", Simulation.EPOCH);
        configure(other(other, "b.other", "a.other"), other(other, "a.other", "b.other"));
        scenario.assertEstablished();
    }

    @Test
    @Tag("IKE-33")
    void aCertificateOfTheNodesCaDoesNotDoWhereAnotherIsWanted() {
        TestPki other = TestPki.create("other CA", Simulation.EPOCH);
        PeerAuthentication ofA = new PeerAuthentication(
                Identity.fqdn("b"),
                Optional.empty(),
                Optional.of(new Trust.Certificates(List.of(other.caCertificate()), List.of())));
        configure(ofA, PeerAuthentication.node("a"));
        assertRefused(a, "no trust anchor");
    }

    @Test
    @Tag("IKE-57")
    void aKeyDoesNotDoWhereACertificateIsWanted() {
        configure(
                PeerAuthentication.node("b"),
                new PeerAuthentication(
                        Identity.fqdn("a"),
                        Optional.of(new OwnProof.SharedKey(Identity.fqdn("b"), key("secret"))),
                        Optional.empty()));
        assertRefused(a, "no X.509 certificate");
    }

    @Test
    void aChangedKeyIsProvedMakeBeforeBreak() {
        configure(shared(B, A, "one", "one"), shared(A, B, "one", "one"));
        scenario.assertEstablished();
        scenario.nodes.forEach(SimNode::forgetEvents);

        scenario.configure(b, peer -> Scenario.withAuthentication(peer, shared(A, B, "two", "two")));
        // Until both have it, neither end accepts the other's new key, and the old SA serves.
        scenario.sim.run(Duration.ofMillis(500));
        scenario.configure(a, peer -> Scenario.withAuthentication(peer, shared(B, A, "two", "two")));
        scenario.sim.run(Duration.ofSeconds(30));

        assertThat(a.events(IkeEvent.IkeSaEstablished.class)).isNotEmpty();
        scenario.assertEstablished();
        scenario.assertNothingUndelivered();
    }

    @Test
    @Tag("SIG-08")
    void aListThatNamesThePeersCertificateEndsItsSasAtOnce() {
        TestPki other = TestPki.create("other CA", Simulation.EPOCH);
        LocalCredentials ofB = other.node("b.other");
        PeerAuthentication demanded = new PeerAuthentication(
                ofB.ikeIdentity(),
                Optional.empty(),
                Optional.of(new Trust.Certificates(
                        List.of(other.caCertificate()), List.of(other.revocationList(List.of(), SOON)))));
        configure(
                demanded,
                new PeerAuthentication(
                        Identity.fqdn("a"), Optional.of(new OwnProof.Certificate(ofB)), Optional.empty()));
        scenario.assertEstablished();

        X509CRL naming = other.revocationList(ofB.chain(), Duration.ofDays(1));
        scenario.configure(
                a,
                peer -> Scenario.withAuthentication(
                        peer,
                        new PeerAuthentication(
                                ofB.ikeIdentity(),
                                Optional.empty(),
                                Optional.of(new Trust.Certificates(List.of(other.caCertificate()), List.of(naming))))));

        scenario.assertSas(a, b, 0, 0);
        scenario.sim.run(Duration.ofMinutes(1));
        assertThat(a.status("b").state()).isNotEqualTo(IkeState.ESTABLISHED);
        assertRefused(a, "revoked by its issuer's CRL");
    }

    private void configure(PeerAuthentication ofA, PeerAuthentication ofB) {
        scenario.configure(b, peer -> Scenario.withAuthentication(peer, ofB));
        scenario.configure(a, peer -> Scenario.withAuthentication(peer, ofA));
        scenario.sim.run(SOON);
    }

    private void assertRefused(SimNode at, String reason) {
        scenario.assertSas(a, b, 0, 0);
        scenario.assertSas(b, a, 0, 0);
        assertThat(at.events(IkeEvent.NegotiationFailed.class))
                .as(() -> scenario.sim.trace())
                .anySatisfy(failed -> assertThat(failed.reason()).contains(reason));
    }

    private static PeerAuthentication other(TestPki pki, String remote, String local) {
        return new PeerAuthentication(
                Identity.fqdn(remote),
                Optional.of(new OwnProof.Certificate(pki.node(local))),
                Optional.of(new Trust.Certificates(List.of(pki.caCertificate()), List.of())));
    }

    private static PeerAuthentication shared(Identity remote, Identity own, String ownKey, String remoteKey) {
        return new PeerAuthentication(
                remote,
                Optional.of(new OwnProof.SharedKey(own, key(ownKey))),
                Optional.of(new Trust.SharedKey(key(remoteKey))));
    }

    private static Secret key(String text) {
        return Secret.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
