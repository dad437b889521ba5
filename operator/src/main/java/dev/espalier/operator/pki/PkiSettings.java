package dev.espalier.operator.pki;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * @param lifetime of a node's certificate
 * @param issuesPerHour certificates that one node may get in an hour (CSR-06)
 * @param caLifetime of a CA made from now on; it is rolled after four fifths of it
 */
public record PkiSettings(Duration lifetime, int issuesPerHour, Duration caLifetime) {
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofDays(30);
    private static final int LEAST_CA_LIVES = 10;
    private static final Duration LONGEST_CA = Duration.ofDays(36_500);

    /** @throws IllegalArgumentException naming the setting that is out of bounds */
    public PkiSettings {
        if (lifetime.compareTo(SHORTEST) < 0 || lifetime.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "espalier.certificate.lifetime is " + lifetime + "; must be from " + SHORTEST + " to " + LONGEST);
        }
        if (issuesPerHour < 1) {
            throw new IllegalArgumentException(
                    "espalier.certificate.issues-per-hour is " + issuesPerHour + "; must be at least 1");
        }
        // A fifth of its life is left for the roll, which takes up to two lives of a node's certificate when a node is
        // away.
        if (caLifetime.compareTo(lifetime.multipliedBy(LEAST_CA_LIVES)) < 0 || caLifetime.compareTo(LONGEST_CA) > 0) {
            throw new IllegalArgumentException("espalier.ca.lifetime is " + caLifetime + "; must be from "
                    + LEAST_CA_LIVES + " times espalier.certificate.lifetime to " + LONGEST_CA);
        }
    }

    /**
     * {@link #issuesPerHour}, or, for lifetimes so short that renewal at 2/3 of life alone takes more, twice what it takes: a limit
     * below that would cut nodes off.
     */
    int effectiveIssuesPerHour() {
        long renewals = Math.ceilDiv(3600L * 3, lifetime.toSeconds() * 2);
        return (int) Math.max(issuesPerHour, 2 * renewals);
    }

    /** @param expirationSeconds as asked for in the CSR; taken when shorter (CSR-05) */
    Duration lifetimeFor(OptionalLong expirationSeconds) {
        return expirationSeconds.isPresent() && expirationSeconds.getAsLong() < lifetime.toSeconds()
                ? Duration.ofSeconds(expirationSeconds.getAsLong())
                : lifetime;
    }
}
