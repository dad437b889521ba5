package dev.espalier.agent.identity;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/** When a certificate is to be replaced: at two thirds of its life, less up to a tenth of it, so that nodes that began together do not renew together. */
final class RenewalTime {
    private RenewalTime() {}

    static Instant of(X509Certificate certificate, RandomGenerator random) {
        return of(
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant(),
                random);
    }

    static Instant of(Instant notBefore, Instant notAfter, RandomGenerator random) {
        Duration life = Duration.between(notBefore, notAfter);
        long jitterMillis = (long) (life.toMillis() * random.nextDouble(0.1));
        return notBefore.plus(life.multipliedBy(2).dividedBy(3)).minusMillis(jitterMillis);
    }
}
