package dev.espalier.agent.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.testkit.pki.TestPki;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IssuedIdentityTest {
    private volatile TestPki ca = TestPki.create("cluster", Instant.now());
    private final RecordingListener listener = new RecordingListener();
    private final AtomicInteger submitted = new AtomicInteger();
    private volatile Duration lifetime = Duration.ofHours(24);
    private volatile Optional<String> refusal = Optional.empty();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path runDir;

    /** Signs as the operator does: from its own template, after a look at the request. */
    private final class Operator implements CertificateSigner {
        private volatile String answer = "";

        @Override
        public String submit(String requestPem) throws SigningException {
            submitted.incrementAndGet();
            try (PEMParser parser = new PEMParser(new StringReader(requestPem))) {
                var request = new JcaPKCS10CertificationRequest((PKCS10CertificationRequest) parser.readObject());
                assertThat(request.isSignatureValid(
                                new JcaContentVerifierProviderBuilder().build(request.getPublicKey())))
                        .isTrue();
                assertThat(request.getSubject().toString()).isEqualTo("O=espalier:nodes,CN=n1");
                Instant now = Instant.now();
                answer = Pem.write(
                        List.of(ca.certify("n1", request.getPublicKey(), now.minusSeconds(60), now.plus(lifetime))));
            } catch (IOException | RuntimeException e) {
                throw new AssertionError(e);
            } catch (Exception e) {
                throw new SigningException("malformed request", e);
            }
            return "csr-" + submitted.get();
        }

        @Override
        public Optional<String> certificate(String name) throws SigningException {
            if (refusal.isPresent()) {
                throw new SigningException(refusal.get());
            }
            return Optional.of(answer);
        }
    }

    @Test
    @Tag("CSR-05")
    void aCertificateIsAskedForAsSoonAsTheBundleIsKnownAndKept() throws Exception {
        try (IssuedIdentity identity = identity()) {
            identity.start(listener);
            identity.trustChanged(bundle());

            await().until(() -> listener.credentials.size() == 1);
            await().until(() -> Files.exists(runDir.resolve("identity.pem")));

            assertThat(Files.getPosixFilePermissions(runDir.resolve("identity.pem")))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
            await().until(() -> listener.problem == null);
        }
    }

    @Test
    void aRestartGoesOnWithWhatIsKept() throws Exception {
        try (IssuedIdentity first = identity()) {
            first.start(listener);
            first.trustChanged(bundle());
            await().until(() -> Files.exists(runDir.resolve("identity.pem")));
        }
        RecordingListener second = new RecordingListener();
        try (IssuedIdentity restarted = identity()) {
            restarted.start(second);
            restarted.trustChanged(bundle());
            await().until(() -> second.credentials.size() == 1);
        }

        assertThat(submitted).hasValue(1);
        assertThat(second.credentials.getFirst().serial())
                .isEqualTo(listener.credentials.getFirst().serial());
    }

    @Test
    @Tag("F-07")
    void aKeptIdentityThatIsCorruptIsReplaced() throws Exception {
        Files.writeString(runDir.resolve("identity.pem"), "-----BEGIN CERTIFICATE-----\ngarbage");
        try (IssuedIdentity identity = identity()) {
            identity.start(listener);
            identity.trustChanged(bundle());

            await().until(() -> listener.credentials.size() == 1);
        }
    }

    @Test
    void aCertificateIsRenewedOverANewKeyBeforeItExpires() throws Exception {
        // Renewal is due at two thirds of 63 s, counted from a minute ago: at once, every time.
        lifetime = Duration.ofSeconds(3);
        try (IssuedIdentity identity = identity()) {
            identity.start(listener);
            identity.trustChanged(bundle());

            await().until(() -> listener.credentials.size() >= 2);

            assertThat(listener.credentials.get(0).chain().getFirst().getPublicKey())
                    .isNotEqualTo(listener.credentials.get(1).chain().getFirst().getPublicKey());
        }
    }

    @Test
    void aRefusalIsToldAndTriedAgain() throws Exception {
        refusal = Optional.of("denied: not this node");
        try (IssuedIdentity identity = identity()) {
            identity.start(listener);
            identity.trustChanged(bundle());
            await().until(() -> String.valueOf(listener.problem).contains("denied: not this node"));

            refusal = Optional.empty();

            await().until(() -> listener.credentials.size() == 1);
            assertThat(submitted.get()).isGreaterThan(1);
        }
    }

    @Test
    @Tag("CSR-08")
    void revokedSerialsArePassedOn() throws Exception {
        try (IssuedIdentity identity = identity()) {
            identity.start(listener);
            identity.trustChanged(new TrustBundle(List.of(ca.caCertificate()), Set.of("ab")));

            await().until(() -> listener.revoked.equals(Set.of("ab")));
        }
    }

    @Test
    @Tag("CSR-08")
    void aRevokedCertificateIsReplaced() throws Exception {
        try (IssuedIdentity identity = identity()) {
            identity.start(listener);
            identity.trustChanged(bundle());
            await().until(() -> listener.credentials.size() == 1);

            identity.trustChanged(new TrustBundle(List.of(ca.caCertificate()), Set.of(serial(0))));

            await().until(() -> listener.credentials.size() == 2);
            assertThat(serial(1)).isNotEqualTo(serial(0));
        }
    }

    @Test
    @Tag("CSR-07")
    void aBundleWithOneMoreRootIsHandedOutWithTheSameCertificate() throws Exception {
        try (IssuedIdentity identity = identity()) {
            identity.start(listener);
            identity.trustChanged(bundle());
            await().until(() -> listener.credentials.size() == 1);

            identity.trustChanged(new TrustBundle(
                    List.of(
                            ca.caCertificate(),
                            TestPki.create("next", Instant.now()).caCertificate()),
                    Set.of()));

            await().until(() -> listener.credentials.size() == 2);
            assertThat(listener.credentials.get(1).serial())
                    .isEqualTo(listener.credentials.get(0).serial());
            assertThat(listener.credentials.get(1).trustAnchors()).hasSize(2);
        }
    }

    @Test
    @Tag("F-09")
    void aBundleThatTrustsTheCertificateNoMoreBringsANewRequest() throws Exception {
        try (IssuedIdentity identity = identity()) {
            identity.start(listener);
            identity.trustChanged(bundle());
            await().until(() -> listener.credentials.size() == 1);

            identity.trustChanged(new TrustBundle(
                    List.of(TestPki.create("other", Instant.now()).caCertificate()), Set.of()));

            await().until(() -> submitted.get() >= 2);
        }
    }

    @Test
    @Tag("CSR-07")
    void aRootThatComesFirstNowBringsACertificateOfItWhileTheOldOneIsInUse() throws Exception {
        try (IssuedIdentity identity = identity()) {
            identity.start(listener);
            identity.trustChanged(bundle());
            await().until(() -> listener.credentials.size() == 1);
            TestPki old = ca;

            ca = TestPki.create("next", Instant.now());
            identity.trustChanged(new TrustBundle(List.of(ca.caCertificate(), old.caCertificate()), Set.of()));

            await().until(() -> listener.credentials.size() == 3);
            assertThat(listener.credentials.get(1).serial())
                    .isEqualTo(listener.credentials.get(0).serial());
            assertThat(listener.credentials.get(1).trustAnchors()).hasSize(2);
            assertThat(listener.credentials.get(2).chain().getFirst().getIssuerX500Principal())
                    .isEqualTo(ca.caCertificate().getSubjectX500Principal());
            assertThat(submitted).hasValue(2);
        }
    }

    private IssuedIdentity identity() {
        return new IssuedIdentity("n1", runDir, new Operator(), InstantSource.system(), new SecureRandom() {
            private static final long serialVersionUID = 1L;

            // No jitter.
            @Override
            public double nextDouble(double bound) {
                return 0;
            }
        });
    }

    private String serial(int index) {
        return listener.credentials
                .get(index)
                .chain()
                .getFirst()
                .getSerialNumber()
                .toString(16);
    }

    private TrustBundle bundle() {
        return new TrustBundle(List.of(ca.caCertificate()), Set.of());
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(20));
    }
}
