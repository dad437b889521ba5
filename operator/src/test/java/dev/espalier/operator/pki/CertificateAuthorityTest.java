package dev.espalier.operator.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class CertificateAuthorityTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final KeyPair NODE = Requests.keys("EC", new ECGenParameterSpec("secp256r1"));

    private static final Duration CA_LIFETIME = Duration.ofDays(3650);

    private final CertificateAuthority authority = CertificateAuthority.generate(CA_LIFETIME, RANDOM, NOW);

    @Test
    @Tag("CSR-03")
    void certificatesFollowTheTemplate() throws Exception {
        X509Certificate certificate = issue(authority, Duration.ofHours(24));

        assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=worker-1,O=espalier:nodes");
        assertThat(certificate.getSubjectAlternativeNames()).containsExactly(List.of(2, "worker-1"));
        assertThat(certificate.getKeyUsage())
                .containsExactly(true, false, false, false, false, false, false, false, false);
        assertThat(certificate.getExtendedKeyUsage())
                .containsExactlyInAnyOrder("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
        assertThat(certificate.getPublicKey()).isEqualTo(NODE.getPublic());
        assertThat(certificate.getCriticalExtensionOIDs()).containsExactlyInAnyOrder("2.5.29.15", "2.5.29.19");
        assertThat(certificate.getNonCriticalExtensionOIDs())
                .containsExactlyInAnyOrder("2.5.29.14", "2.5.29.17", "2.5.29.35", "2.5.29.37");
    }

    @Test
    @Tag("CSR-05")
    void certificatesReachFiveMinutesBackAndLastAsLongAsAsked() {
        X509Certificate certificate = issue(authority, Duration.ofMinutes(10));

        assertThat(certificate.getNotBefore()).isEqualTo(Date.from(NOW.minus(5, ChronoUnit.MINUTES)));
        assertThat(certificate.getNotAfter()).isEqualTo(Date.from(NOW.plus(10, ChronoUnit.MINUTES)));
    }

    @Test
    void certificatesDoNotOutliveTheCa() {
        assertThat(issue(authority, CA_LIFETIME.plusDays(1)).getNotAfter())
                .isEqualTo(authority.certificate().getNotAfter());
    }

    @Test
    void serialsAreDistinctAndPositive() {
        X509Certificate one = issue(authority, Duration.ofHours(1));
        X509Certificate two = issue(authority, Duration.ofHours(1));

        assertThat(one.getSerialNumber()).isNotEqualTo(two.getSerialNumber()).isPositive();
        assertThat(CertificateAuthority.serialText(one)).matches("[1-9a-f][0-9a-f]*");
    }

    @Test
    void pathsValidateAgainstTheCaAsReadBackFromItsText() throws Exception {
        CertificateAuthority readBack = CertificateAuthority.read(authority.certificatePem(), authority.keyPem());
        X509Certificate certificate = issue(readBack, Duration.ofHours(1));

        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(authority.certificate(), null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(NOW));
        assertThat(CertPathValidator.getInstance("PKIX")
                        .validate(
                                CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate)),
                                parameters))
                .isNotNull();
    }

    @Test
    @Tag("CSR-07")
    void theCaMayNotBeExtendedByFurtherCas() {
        assertThat(authority.certificate().getBasicConstraints()).isZero();
        assertThat(authority.certificate().getKeyUsage()[5]).isTrue();
    }

    @Test
    void refusesACertificateAndAKeyThatDoNotBelongTogether() {
        CertificateAuthority other = CertificateAuthority.generate(CA_LIFETIME, RANDOM, NOW);

        assertThatThrownBy(() -> CertificateAuthority.read(authority.certificatePem(), other.keyPem()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("do not belong together");
    }

    @Test
    void refusesACertificateThatIsNoCas() {
        String leaf = CertificateAuthority.pem(issue(authority, Duration.ofHours(1)));

        assertThatThrownBy(() -> CertificateAuthority.read(leaf, authority.keyPem()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not of a CA");
    }

    @Test
    void itsTextShowsNoKey() {
        assertThat(authority.toString()).contains("espalier CA").doesNotContain("PRIVATE");
    }

    private static X509Certificate issue(CertificateAuthority authority, Duration lifetime) {
        return authority.issue("worker-1", NODE.getPublic(), lifetime, RANDOM, NOW);
    }
}
