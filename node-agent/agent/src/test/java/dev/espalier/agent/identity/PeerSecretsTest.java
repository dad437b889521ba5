package dev.espalier.agent.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.agent.kube.ExternalPeer;
import dev.espalier.crds.v1alpha1.IPSecPeerSpec;
import dev.espalier.crds.v1alpha1.IPSecPeerSpec.Authentication;
import dev.espalier.crds.v1alpha1.IPSecPeerSpec.AuthenticationMethod;
import dev.espalier.crds.v1alpha1.IPSecPeerSpec.LocalAuthentication;
import dev.espalier.crds.v1alpha1.IPSecPeerSpec.RemoteAuthentication;
import dev.espalier.ike.LocalCredentials;
import dev.espalier.ike.PeerAuthentication;
import dev.espalier.ike.PeerAuthentication.OwnProof;
import dev.espalier.ike.PeerAuthentication.Trust;
import dev.espalier.ike.auth.Identity;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.testkit.pki.TestPki;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerSecretsTest {
    private static final String KEY = "a key of enough octets";

    @TempDir
    Path folder;

    private PeerSecrets secrets = new PeerSecrets("alpha", Path.of("unset"));

    @BeforeEach
    void open() {
        secrets = new PeerSecrets("alpha", folder);
    }

    @Test
    void aKeyIsReadWithoutTheNewlineAtItsEnd() throws Exception {
        write("branch", "psk", KEY + "\n");
        write("back", "psk", KEY + " of its own");

        PeerAuthentication read = read(new Authentication(
                new LocalAuthentication(AuthenticationMethod.PRESHARED_KEY, "branch", null),
                new RemoteAuthentication(AuthenticationMethod.PRESHARED_KEY, null, null, "back")));

        assertThat(read.remoteIdentity()).isEqualTo(Identity.fqdn("gw.example"));
        assertThat(read.own()).contains(new OwnProof.SharedKey(Identity.fqdn("alpha"), secret(KEY)));
        assertThat(read.trust()).contains(new Trust.SharedKey(secret(KEY + " of its own")));
        assertThat(read.toString()).doesNotContain(KEY);
    }

    @Test
    void aCertificateProvesWhatItVouchesForAndItsSubjectOtherwise() throws Exception {
        TestPki pki = TestPki.create("other", Instant.now());
        LocalCredentials other = pki.node("gateway-7");
        TestPki.write(other, folder.resolve("tls"));

        assertThat(own("tls", "gateway-7")).isEqualTo(Identity.fqdn("gateway-7"));
        assertThat(own("tls", null)).isEqualTo(Identity.parse("O=espalier:nodes,CN=gateway-7"));
        assertThat(own("tls", "CN=gateway-7,O=espalier:nodes"))
                .isEqualTo(Identity.parse("O=espalier:nodes,CN=gateway-7"));
        assertThat(problems(certificate("tls", "beta")))
                .anySatisfy(p -> assertThat(p)
                        .contains("IPSecPeer 'branch'")
                        .contains("tls.crt: does not vouch for ID_FQDN 'beta'"));
    }

    @Test
    void theNodesOwnCertificateProvesItsNameAlone() {
        assertThat(problems(certificate(null, "beta")))
                .anySatisfy(p -> assertThat(p).contains("spec.authentication.local.identity"));
        assertThat(problems(certificate(null, "ALPHA"))).isEmpty();
    }

    @Test
    void whatIsMissingOrTooShortIsNamedWithItsFile() throws Exception {
        Authentication shared = new Authentication(
                new LocalAuthentication(AuthenticationMethod.PRESHARED_KEY, "branch", null),
                new RemoteAuthentication(AuthenticationMethod.CERTIFICATE, null, null, null));
        assertThat(problems(shared)).singleElement().asString().contains("branch/psk: no such file; left out");
        write("branch", "psk", "short\n");
        assertThat(problems(shared))
                .singleElement()
                .asString()
                .contains("a key of 5 octets")
                .doesNotContain("short");
    }

    @Test
    void whatCannotBeReadAnyMoreLeavesTheLastGoodInForce() throws Exception {
        Authentication shared = new Authentication(
                new LocalAuthentication(AuthenticationMethod.PRESHARED_KEY, "branch", null),
                new RemoteAuthentication(AuthenticationMethod.CERTIFICATE, null, null, null));
        write("branch", "psk", KEY);
        PeerAuthentication good = read(shared);
        Files.delete(folder.resolve("branch/psk"));

        PeerAuthentications later = secrets.read(List.of(peer(shared)));

        assertThat(later.byPeer()).containsEntry("branch", good);
        assertThat(later.problems()).singleElement().asString().contains("the last good one stays in use");
    }

    @Test
    void trustAnchorsAndListsAreRead() throws Exception {
        TestPki pki = TestPki.create("other", Instant.now());
        String ca = Pem.write(List.of(pki.caCertificate()));
        String crl = Pem.write(List.of(pki.revocationList(List.of(), java.time.Duration.ofDays(1))));
        assertThat(read(new Authentication(
                                LocalAuthentication.DEFAULT,
                                new RemoteAuthentication(AuthenticationMethod.CERTIFICATE, ca, crl, null)))
                        .trust())
                .hasValueSatisfying(trust -> {
                    Trust.Certificates certificates = (Trust.Certificates) trust;
                    assertThat(certificates.anchors()).containsExactly(pki.caCertificate());
                    assertThat(certificates.crls()).hasSize(1);
                });
        assertThat(problems(new Authentication(
                        LocalAuthentication.DEFAULT,
                        new RemoteAuthentication(AuthenticationMethod.CERTIFICATE, ca, ca, null))))
                .singleElement()
                .asString()
                .contains("revocationLists: holds something else than CRLs");
    }

    private Identity own(String secretName, @Nullable String identity) {
        return read(certificate(secretName, identity)).own().orElseThrow().identity();
    }

    private static Authentication certificate(@Nullable String secretName, @Nullable String identity) {
        return new Authentication(
                new LocalAuthentication(AuthenticationMethod.CERTIFICATE, secretName, identity),
                RemoteAuthentication.DEFAULT);
    }

    private PeerAuthentication read(Authentication authentication) {
        PeerAuthentications all = secrets.read(List.of(peer(authentication)));
        assertThat(all.problems()).isEmpty();
        return Objects.requireNonNull(all.byPeer().get("branch"));
    }

    private List<String> problems(Authentication authentication) {
        return secrets.read(List.of(peer(authentication))).problems();
    }

    private static ExternalPeer peer(Authentication authentication) {
        return new ExternalPeer(
                "branch",
                new IPSecPeerSpec(List.of("192.0.2.1"), "gw.example", List.of("10.9.0.0/16"), authentication));
    }

    private void write(String secret, String file, String content) throws IOException {
        Files.createDirectories(folder.resolve(secret));
        Files.writeString(folder.resolve(secret).resolve(file), content);
    }

    private static Secret secret(String text) {
        return Secret.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
