package dev.espalier.ike.sa;

import dev.espalier.ike.LocalCredentials;
import dev.espalier.ike.Now;
import dev.espalier.ike.auth.PeerAuthenticator;
import dev.espalier.ike.auth.PeerVerdict;
import java.time.Duration;
import java.time.Instant;

/** Makes {@link Authentication}s. */
final class Authentications {
    private Authentications() {}

    /** Wall clock turns into monotonic time once, here: a clock that steps later changes nothing. */
    static Authentication of(PeerVerdict.Authenticated verdict, LocalCredentials own, Now now) {
        Instant end = verdict.chain().stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow()
                .plus(PeerAuthenticator.DEFAULT_SKEW);
        Duration left = Duration.between(now.wall(), end);
        // A root may be good for centuries, which nanoseconds cannot count.
        long nanos = left.compareTo(Duration.ofDays(3650)) > 0
                ? Duration.ofDays(3650).toNanos()
                : left.toNanos();
        return new Authentication(verdict, own.fingerprint(), now.nanos() + nanos);
    }
}
