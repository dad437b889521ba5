package dev.espalier.testkit.pki;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.LocalCredentials;
import dev.espalier.ike.auth.AuthSigner;
import dev.espalier.ike.auth.HashAlgorithm;
import dev.espalier.ike.auth.Identity;
import dev.espalier.ike.auth.PeerAuthenticator;
import dev.espalier.ike.auth.PeerProof;
import dev.espalier.ike.auth.PeerVerdict;
import dev.espalier.ike.auth.Signing;
import dev.espalier.ike.message.CertEncoding;
import dev.espalier.ike.message.Payload;
import dev.espalier.wire.Octets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestPkiTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final Octets OCTETS = Octets.fromHex("0102");

    private final TestPki pki = TestPki.create("ca", NOW);

    @Test
    void aNodesCredentialsAuthenticateItAtThoseThatTrustTheSameCa() throws Exception {
        LocalCredentials node = pki.node("node-a");
        assertThat(verdict(node, pki, NOW)).isInstanceOf(PeerVerdict.Authenticated.class);
        assertThat(verdict(node, TestPki.create("ca", NOW), NOW)).isInstanceOf(PeerVerdict.Refused.class);
    }

    @Test
    void credentialsEndWhenTheyShould() throws Exception {
        LocalCredentials node = pki.node("node-a", Duration.ofMinutes(5));
        assertThat(verdict(node, pki, NOW.plus(Duration.ofMinutes(4)))).isInstanceOf(PeerVerdict.Authenticated.class);
        assertThat(verdict(node, pki, NOW.plus(Duration.ofMinutes(7)))).isInstanceOf(PeerVerdict.Refused.class);
    }

    @Test
    void serialNumbersDiffer() {
        assertThat(pki.node("node-a").serial()).isNotEqualTo(pki.node("node-a").serial());
    }

    @Test
    void writesAnIdentityFolder(@TempDir Path folder) throws Exception {
        LocalCredentials node = pki.node("node-a");

        TestPki.write(node, folder.resolve("identity"));

        CertificateFactory certificates = CertificateFactory.getInstance("X.509");
        try (var own = Files.newInputStream(folder.resolve("identity/tls.crt"));
                var anchors = Files.newInputStream(folder.resolve("identity/ca.crt"))) {
            assertThat(certificates.generateCertificates(own)).isEqualTo(node.chain());
            assertThat(certificates.generateCertificates(anchors)).isEqualTo(List.of(pki.caCertificate()));
        }
        String pem = Files.readString(folder.resolve("identity/tls.key"));
        assertThat(pem).startsWith("-----BEGIN PRIVATE KEY-----\n");
        byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        assertThat(KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der)))
                .isEqualTo(node.key());
    }

    private static PeerVerdict verdict(LocalCredentials peer, TestPki trusted, Instant now) throws Exception {
        Signing signing = AuthSigner.sign(
                peer.key(),
                peer.chain().getFirst().getPublicKey(),
                EnumSet.allOf(HashAlgorithm.class),
                OCTETS,
                new SecureRandom());
        Payload.Certificate certificate = new Payload.Certificate(
                CertEncoding.X509_SIGNATURE, Octets.wrap(peer.chain().getFirst().getEncoded()));
        Identity identity = Identity.fqdn(peer.identity());
        PeerProof proof = new PeerProof(identity, List.of(certificate), ((Signing.Signed) signing).auth(), OCTETS);
        return new PeerAuthenticator(List.of(trusted.caCertificate()), Set.of()).authenticate(identity, proof, now);
    }
}
