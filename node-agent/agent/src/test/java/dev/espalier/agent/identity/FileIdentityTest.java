package dev.espalier.agent.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.LocalCredentials;
import dev.espalier.testkit.pki.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("F-07")
class FileIdentityTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    private final TestPki ca = TestPki.create("ours", NOW);
    private final RecordingListener listener = new RecordingListener();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @SuppressWarnings("NullAway.Init") // set before each test
    private FileIdentity identity;

    @BeforeEach
    void writeGoodFiles() {
        TestPki.write(ca.node("alpha"), folder);
        identity = new FileIdentity("alpha", folder, InstantSource.fixed(NOW));
    }

    @Test
    void goodFilesAreTaken() {
        identity.scan(listener);

        assertThat(listener.credentials).singleElement().satisfies(c -> {
            assertThat(c.identity()).isEqualTo("alpha");
            assertThat(c.trustAnchors()).containsExactly(ca.caCertificate());
        });
        assertThat(listener.problem).isNull();
    }

    @Test
    void newFilesReplaceTheOldAndUnchangedOnesDoNot() {
        identity.scan(listener);
        identity.scan(listener);
        TestPki.write(ca.node("alpha"), folder);
        identity.scan(listener);

        assertThat(listener.credentials).hasSize(2);
    }

    @Test
    void aKeyOfAnotherCertificateIsRefused() throws IOException {
        identity.scan(listener);
        Path other = folder.resolve("other");
        TestPki.write(ca.node("alpha"), other);
        Files.copy(
                other.resolve("tls.key"), folder.resolve("tls.key"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);

        identity.scan(listener);

        assertThat(listener.problem).contains("tls.key").contains("not the key of the certificate");
        assertThat(listener.credentials).hasSize(1);
    }

    @Test
    void aCertificateOfAnotherNameIsRefused() {
        TestPki.write(ca.node("beta"), folder);

        identity.scan(listener);

        assertThat(listener.problem).contains("tls.crt").contains("no DNS name 'alpha'");
    }

    @Test
    void aCertificateOfAnotherCaIsRefused() {
        TestPki.write(
                TestPki.create("theirs", NOW)
                        .node("alpha", NOW.minusSeconds(60), NOW.plusSeconds(3600), List.of(ca.caCertificate())),
                folder);

        identity.scan(listener);

        assertThat(listener.problem).contains("tls.crt").contains("does not lead to a trusted root");
    }

    @Test
    void anExpiredCertificateIsRefused() {
        TestPki.write(ca.node("alpha", NOW.minusSeconds(60), NOW.minusSeconds(1), List.of(ca.caCertificate())), folder);

        identity.scan(listener);

        assertThat(listener.problem).contains("tls.crt").contains("expired at");
    }

    @Test
    void aMissingFileIsNamedAndTheLastGoodCredentialsStay() throws IOException {
        identity.scan(listener);
        Files.delete(folder.resolve("tls.crt"));
        identity.scan(listener);
        assertThat(listener.problem).contains("tls.crt: no such file");

        TestPki.write(ca.node("alpha"), folder);
        identity.scan(listener);

        assertThat(listener.problem).isNull();
        assertThat(listener.credentials).hasSize(2);
    }

    @Test
    void garbageIsNamed() throws IOException {
        Files.writeString(folder.resolve("tls.key"), "not a key");

        identity.scan(listener);

        assertThat(listener.problem).contains("tls.key: holds no unencrypted PEM private key");
        assertThat(listener.credentials).isEmpty();
    }

    @Test
    void aCertificateThatIsNotValidYetIsTakenWhenItsTimeHasCome() {
        Instant later = NOW.plus(Duration.ofHours(1));
        TestPki.write(ca.node("alpha", later, later.plusSeconds(60), List.of(ca.caCertificate())), folder);
        Instant[] clock = {NOW};
        FileIdentity waiting = new FileIdentity("alpha", folder, () -> clock[0]);
        waiting.scan(listener);
        assertThat(listener.problem).contains("not valid before");

        clock[0] = later.plusSeconds(1);
        waiting.scan(listener);

        assertThat(listener.credentials).extracting(LocalCredentials::identity).containsExactly("alpha");
    }

    @Test
    @Tag("SIG-08")
    void revokedSerialsAreReadAndAnythingElseIsNamed() throws IOException {
        Files.writeString(folder.resolve("revoked"), "# lost\n00AB\n\nff\n");
        identity.scan(listener);
        assertThat(listener.revoked).containsExactlyInAnyOrder("ab", "ff");

        Files.writeString(folder.resolve("revoked"), "ab\nxyz\n");
        identity.scan(listener);

        assertThat(listener.problem).contains("revoked:2: not a serial number");
        assertThat(listener.revoked).containsExactlyInAnyOrder("ab", "ff");
    }
}
