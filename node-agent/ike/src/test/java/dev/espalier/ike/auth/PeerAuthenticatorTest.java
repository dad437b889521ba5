package dev.espalier.ike.auth;

import static dev.espalier.ike.auth.CertificateForge.NOW;
import static dev.espalier.ike.auth.CertificateForge.ca;
import static dev.espalier.ike.auth.CertificateForge.node;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.auth.CertificateForge.Entity;
import dev.espalier.ike.message.AuthMethod;
import dev.espalier.ike.message.CertEncoding;
import dev.espalier.ike.message.Payload;
import dev.espalier.wire.Octets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class PeerAuthenticatorTest {
    private static final Octets OCTETS = Octets.fromHex("00112233");
    private static final Identity NODE_A = Identity.fqdn("node-a");

    private final Entity root = ca("root").selfSigned();
    private final Entity middle = ca("middle").issuedBy(root);
    private final Entity nodeA = node("node-a").issuedBy(middle);

    @Test
    @Tag("SIG-07")
    void acceptsANodeUnderAnIntermediate() {
        PeerVerdict verdict = verdict(nodeA, nodeA, middle);

        assertThat(verdict).isInstanceOfSatisfying(PeerVerdict.Authenticated.class, authenticated -> {
            assertThat(authenticated.identity()).isEqualTo(NODE_A);
            assertThat(authenticated.chain())
                    .containsExactly(nodeA.certificate(), middle.certificate(), root.certificate());
            assertThat(authenticated.serial())
                    .isEqualTo(nodeA.certificate().getSerialNumber().toString(16));
            assertThat(authenticated)
                    .hasToString("Authenticated[ID_FQDN 'node-a', serial " + authenticated.serial() + "]");
        });
    }

    @Test
    @Tag("IKE-49")
    void acceptsEightCertificatesInAnyOrderAfterTheFirst() {
        List<Entity> cas = new ArrayList<>();
        Entity issuer = root;
        for (int i = 0; i < 7; i++) {
            issuer = ca("ca-" + i).issuedBy(issuer);
            cas.add(issuer);
        }
        Entity deep = node("node-a").issuedBy(issuer);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 5; i++) {
            Collections.shuffle(cas, random);
            List<Entity> sent = new ArrayList<>(List.of(deep));
            sent.addAll(cas);
            assertThat(verdict(deep, sent.toArray(Entity[]::new)))
                    .as("seed %d", seed)
                    .isInstanceOf(PeerVerdict.Authenticated.class);
        }
    }

    @Test
    @Tag("IKE-49")
    void refusesMoreThanEight() {
        Entity[] nine = new Entity[9];
        java.util.Arrays.fill(nine, middle);
        nine[0] = nodeA;
        assertRefused(verdict(nodeA, nine), "9 certificates");
    }

    @Test
    @Tag("IKE-49")
    void theFirstCertificateIsTheEndEntityEvenWhenAnotherWouldDo() {
        assertRefused(verdict(nodeA, middle, nodeA), "is a CA");
    }

    @Test
    @Tag("IKE-49")
    void certificatesThatLeadNowhereDoNoHarm() {
        Entity stranger = ca("stranger").selfSigned();
        Entity twin = ca("middle").issuedBy(stranger);
        assertThat(verdict(nodeA, nodeA, stranger, twin, middle, root, middle))
                .isInstanceOf(PeerVerdict.Authenticated.class);
    }

    @Test
    @Tag("SIG-07")
    void oneOfTwoCrossSignaturesThatHoldsIsEnough() {
        var keys = CertificateForge.ecKey("secp256r1");
        Entity expired = ca("middle")
                .keys(keys)
                .valid(NOW.minus(Duration.ofDays(3)), NOW.minus(Duration.ofDays(2)))
                .issuedBy(root);
        Entity current = ca("middle").keys(keys).issuedBy(root);
        Entity own = node("node-a").issuedBy(current);
        assertThat(verdict(own, own, expired, current)).isInstanceOf(PeerVerdict.Authenticated.class);
    }

    @Test
    @Tag("IKE-50")
    void hashAndUrlIsNotFollowedAndNotCounted() {
        Payload.Certificate url = new Payload.Certificate(
                CertEncoding.HASH_AND_URL_X509,
                Octets.wrap("http://127.0.0.1:1/".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
        PeerProof proof = new PeerProof(NODE_A, List.of(url), sign(nodeA), OCTETS);
        assertRefused(authenticator().authenticate(NODE_A, proof, NOW), "no X.509 certificate");
    }

    @Test
    void refusesAPeerWithoutCertificates() {
        assertRefused(verdict(nodeA), "no X.509 certificate");
    }

    @Test
    void refusesGarbageForACertificateAndNamesItsPlace() throws Exception {
        Octets good = Octets.wrap(nodeA.certificate().getEncoded());
        List<Octets> bad = List.of(
                Octets.EMPTY,
                Octets.fromHex("3000"),
                Octets.fromHex("30820fff0102"),
                good.slice(0, good.length() - 1),
                good.concat(Octets.of((byte) 0)),
                Octets.wrap("-----BEGIN CERTIFICATE-----".getBytes(java.nio.charset.StandardCharsets.US_ASCII)),
                Octets.wrap(new byte[CertificateDecoder.MAX_OCTETS + 1]));
        for (Octets der : bad) {
            List<Payload.Certificate> payloads =
                    List.of(payload(good), new Payload.Certificate(CertEncoding.X509_SIGNATURE, der));
            PeerProof proof = new PeerProof(NODE_A, payloads, sign(nodeA), OCTETS);
            assertRefused(authenticator().authenticate(NODE_A, proof, NOW), "certificate 2 of the peer");
        }
    }

    @Test
    void noFlippedBitOfACertificateIsAcceptedOrThrows() throws Exception {
        Payload.Authentication auth = sign(nodeA);
        Octets own = Octets.wrap(nodeA.certificate().getEncoded());
        Octets issuer = Octets.wrap(middle.certificate().getEncoded());
        for (int i = 0; i < own.length(); i++) {
            assertThat(verdictOf(flip(own, i), issuer, auth))
                    .as("own, octet %d", i)
                    .isInstanceOf(PeerVerdict.Refused.class);
        }
        for (int i = 0; i < issuer.length(); i++) {
            assertThat(verdictOf(own, flip(issuer, i), auth))
                    .as("issuer, octet %d", i)
                    .isInstanceOf(PeerVerdict.Refused.class);
        }
        assertThat(verdictOf(own, issuer, auth)).isInstanceOf(PeerVerdict.Authenticated.class);
    }

    private PeerVerdict verdictOf(Octets own, Octets issuer, Payload.Authentication auth) {
        List<Payload.Certificate> payloads = List.of(payload(own), payload(issuer));
        return authenticator().authenticate(NODE_A, new PeerProof(NODE_A, payloads, auth, OCTETS), NOW);
    }

    private static Octets flip(Octets octets, int index) {
        byte[] changed = octets.toArray();
        changed[index] ^= (byte) (1 << (index % 8));
        return Octets.wrap(changed);
    }

    @Test
    @Tag("IKE-33")
    void refusesASignatureOfAnotherKeyOrOverOtherOctets() {
        Entity other = node("node-a").issuedBy(middle);
        assertRefused(verdict(other, nodeA, middle), "signature does not fit");

        PeerProof proof = new PeerProof(NODE_A, payloads(nodeA, middle), sign(nodeA), Octets.fromHex("00112234"));
        assertRefused(authenticator().authenticate(NODE_A, proof, NOW), "signature does not fit");
    }

    @Test
    @Tag("IKE-57")
    void refusesMethodsThatProveNothingAboutACertificate() {
        for (AuthMethod method :
                List.of(AuthMethod.NULL_AUTHENTICATION, AuthMethod.SHARED_KEY_MIC, AuthMethod.DSS_SIGNATURE)) {
            Payload.Authentication auth = new Payload.Authentication(method, Octets.wrap(new byte[32]));
            PeerProof proof = new PeerProof(NODE_A, payloads(nodeA, middle), auth, OCTETS);
            assertRefused(authenticator().authenticate(NODE_A, proof, NOW), "auth method " + method.value());
        }
    }

    @Test
    @Tag("SIG-08")
    void refusesARevokedNodeAndARevokedIntermediate() {
        for (Entity revoked : List.of(nodeA, middle)) {
            String serial = revoked.certificate().getSerialNumber().toString(16);
            PeerAuthenticator authenticator = new PeerAuthenticator(List.of(root.certificate()), Set.of(serial));
            assertRefused(
                    authenticator.authenticate(
                            NODE_A, new PeerProof(NODE_A, payloads(nodeA, middle), sign(nodeA), OCTETS), NOW),
                    "revoked");
        }
    }

    @Test
    @Tag("SIG-08")
    void aVerdictCanBeHeldAgainstALaterList() {
        PeerVerdict.Authenticated verdict = (PeerVerdict.Authenticated) verdict(nodeA, nodeA, middle);
        assertThat(verdict.revokedBy(Set.of("0", "ffff"))).isFalse();
        assertThat(verdict.revokedBy(Set.of(verdict.serial()))).isTrue();
        assertThat(verdict.revokedBy(
                        Set.of(middle.certificate().getSerialNumber().toString(16))))
                .isTrue();
    }

    @Test
    void reasonsHoldNothingUnprintable() {
        Identity hostile = new Identity(NODE_A.type(), Octets.fromHex("6e0d0a1b5b33316d00ff"));
        PeerVerdict verdict = authenticator()
                .authenticate(NODE_A, new PeerProof(hostile, payloads(nodeA, middle), sign(nodeA), OCTETS), NOW);
        assertThat(verdict)
                .isInstanceOfSatisfying(
                        PeerVerdict.Refused.class,
                        refused ->
                                assertThat(refused.reason()).matches("[ -~]*").contains("n???[31m"));
    }

    private PeerAuthenticator authenticator() {
        return new PeerAuthenticator(List.of(root.certificate()), Set.of());
    }

    private PeerVerdict verdict(Entity signer, Entity... certificates) {
        return authenticator()
                .authenticate(NODE_A, new PeerProof(NODE_A, payloads(certificates), sign(signer), OCTETS), NOW);
    }

    private static Payload.Authentication sign(Entity signer) {
        return Proofs.sign(signer, OCTETS);
    }

    private static List<Payload.Certificate> payloads(Entity... entities) {
        return Proofs.payloads(entities);
    }

    private static Payload.Certificate payload(Octets der) {
        return new Payload.Certificate(CertEncoding.X509_SIGNATURE, der);
    }

    private static void assertRefused(PeerVerdict verdict, String reason) {
        assertThat(verdict)
                .isInstanceOfSatisfying(
                        PeerVerdict.Refused.class,
                        refused -> assertThat(refused.reason()).contains(reason));
    }
}
