package dev.espalier.agent.identity;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * When a certificate is to be replaced: at two thirds of its life, less up to a tenth of it, so that nodes that began together do not
 * renew together. Life begins with the issue: what an issuer has dated back for clocks that are behind (CSR-05) does not count, or a
 * certificate of minutes would be due the moment it comes.
 */
final class RenewalTime {
    private static final Duration DATED_BACK = Duration.ofMinutes(5);

    private RenewalTime() {}

    /** @param now when the certificate is seen, at its issue or later */
    static Instant of(X509Certificate certificate, Instant now, RandomGenerator random) {
        return of(
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant(),
                now,
                random);
    }

    static Instant of(Instant notBefore, Instant notAfter, Instant now, RandomGenerator random) {
        Instant issued = notBefore.plus(DATED_BACK);
        Instant begin = now.isBefore(notBefore) ? notBefore : now.isBefore(issued) ? now : issued;
        Duration life = Duration.between(begin, notAfter);
        long jitterMillis = (long) (life.toMillis() * random.nextDouble(0.1));
        return begin.plus(life.multipliedBy(2).dividedBy(3)).minusMillis(jitterMillis);
    }
}
