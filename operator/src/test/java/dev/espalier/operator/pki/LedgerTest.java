package dev.espalier.operator.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    @Test
    void whatIsWrittenReadsBack() {
        Ledger ledger = new Ledger(List.of(
                entry("1a", "a", "uid-a", NOW, NOW.plusSeconds(600)),
                entry("2b", "a", "uid-a", NOW.plusSeconds(1), NOW.plusSeconds(700))
                        .revoked(NOW.plusSeconds(5)),
                entry("3c", "b", "uid-b", NOW, NOW.plusSeconds(600))));

        assertThat(ledger.data().keySet()).containsExactly("a", "b");
        assertThat(Ledger.parse(ledger.data())).isEqualTo(ledger);
    }

    @Test
    void anUnreadableLineIsNamed() {
        assertThatThrownBy(() -> Ledger.parse(Map.of("a", "1a uid-a yesterday tomorrow\n")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("node 'a'")
                .hasMessageContaining("yesterday");
    }

    @Test
    @Tag("CSR-08")
    void revokingIsByNodeObjectAndLastsUntilTheCertificateIsLongOver() {
        Ledger ledger = new Ledger(List.of(
                        entry("1a", "a", "old", NOW, NOW.plusSeconds(600)),
                        entry("2b", "a", "new", NOW, NOW.plusSeconds(600))))
                .revoking(entry -> entry.nodeUid().equals("old"), NOW);

        assertThat(ledger.revokedSerials()).containsExactly("1a");
        assertThat(ledger.pruned(NOW.plusSeconds(600)).revokedSerials()).containsExactly("1a");
        assertThat(ledger.pruned(NOW.plusSeconds(600).plus(Ledger.RETENTION)).entries())
                .isEmpty();
    }

    @Test
    void revokingAgainKeepsTheFirstTime() {
        IssuedCertificate revoked =
                entry("1a", "a", "u", NOW, NOW.plusSeconds(600)).revoked(NOW);

        assertThat(revoked.revoked(NOW.plusSeconds(9)).revokedAt()).contains(NOW);
    }

    @Test
    @Tag("CSR-06")
    void issuesAreCountedPerNodeAndHour() {
        Ledger ledger = new Ledger(List.of(
                entry("1a", "a", "u", NOW.minusSeconds(3601), NOW),
                entry("2b", "a", "u", NOW.minusSeconds(3599), NOW),
                entry("3c", "a", "u", NOW, NOW),
                entry("4d", "b", "u", NOW, NOW)));

        assertThat(ledger.issuedSince("a", NOW.minus(Duration.ofHours(1)))).isEqualTo(2);
    }

    @Test
    void theBundleListsSerialsALineEach() {
        Ledger ledger = new Ledger(List.of(
                        entry("2b", "a", "u", NOW, NOW.plusSeconds(60)),
                        entry("1a", "b", "u", NOW, NOW.plusSeconds(60))))
                .revoking(entry -> true, NOW);

        assertThat(new TrustBundle(List.of("PEM\n"), ledger.revokedSerials()).data())
                .isEqualTo(Map.of("ca.crt", "PEM\n", "revoked", "1a\n2b\n"));
        assertThat(new TrustBundle(List.of("PEM\n"), Ledger.EMPTY.revokedSerials()).data())
                .containsEntry("revoked", "");
    }

    @Test
    @Tag("CSR-05")
    void aShorterLifetimeThanTheSettingIsHonouredALongerIsNot() {
        PkiSettings settings = new PkiSettings(Duration.ofHours(24), 10, Duration.ofDays(3650));

        assertThat(settings.lifetimeFor(OptionalLong.of(600))).isEqualTo(Duration.ofMinutes(10));
        assertThat(settings.lifetimeFor(OptionalLong.of(86_401))).isEqualTo(Duration.ofHours(24));
        assertThat(settings.lifetimeFor(OptionalLong.empty())).isEqualTo(Duration.ofHours(24));
    }

    @Test
    @Tag("CSR-06")
    void theLimitLeavesRoomForRenewal() {
        assertThat(new PkiSettings(Duration.ofHours(24), 10, Duration.ofDays(3650)).effectiveIssuesPerHour())
                .isEqualTo(10);
        assertThat(new PkiSettings(Duration.ofMinutes(2), 10, Duration.ofDays(3650)).effectiveIssuesPerHour())
                .isEqualTo(90);
    }

    @Test
    void settingsOutOfBoundsAreNamed() {
        assertThatThrownBy(() -> new PkiSettings(Duration.ofSeconds(1), 10, Duration.ofDays(3650)))
                .hasMessageContaining("espalier.certificate.lifetime");
        assertThatThrownBy(() -> new PkiSettings(Duration.ofHours(1), 0, Duration.ofDays(3650)))
                .hasMessageContaining("issues-per-hour");
    }

    @Test
    void versionsFrom130OnNameNodesInTokens() {
        assertThat(ApiServerVersion.parse("1", "29+").namesNodesInTokens()).isFalse();
        assertThat(ApiServerVersion.parse("1", "20").namesNodesInTokens()).isFalse();
        assertThat(ApiServerVersion.parse("1", "30").namesNodesInTokens()).isTrue();
        assertThat(ApiServerVersion.parse("2", "0").namesNodesInTokens()).isTrue();
        assertThat(ApiServerVersion.parse("", "").namesNodesInTokens()).isTrue();
    }

    private static IssuedCertificate entry(String serial, String node, String uid, Instant issuedAt, Instant notAfter) {
        return new IssuedCertificate(serial, node, uid, issuedAt, notAfter, Optional.empty());
    }
}
