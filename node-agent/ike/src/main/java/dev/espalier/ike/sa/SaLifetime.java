package dev.espalier.ike.sa;

import java.util.Optional;

/** When one IKE SA is to be rekeyed, ends, or wants to know whether its peer is alive. */
final class SaLifetime {
    private final Environment env;
    private final Peer peer;
    private final Authentication authentication;
    private final long establishedNanos;
    private final long softNanos;
    private final Liveness liveness;

    SaLifetime(Environment env, Peer peer, IkeSaOrigin origin, long nowNanos) {
        this.env = env;
        this.peer = peer;
        this.authentication = origin.authentication();
        this.establishedNanos = nowNanos;
        this.liveness = new Liveness(nowNanos);
        // The end that did not begin it waits longer, so that both rarely rekey at once.
        double middle = (env.config().rekey().earliest() + env.config().rekey().latest()) / 2;
        long lifetime = peer.config().ikeLifetime().time().toNanos();
        this.softNanos = nowNanos
                + (origin.initiated()
                        ? env.jitter(lifetime, env.config().rekey().earliest(), middle)
                        : env.jitter(lifetime, middle, env.config().rekey().latest()));
    }

    private SaLifetime(Environment env, Peer peer, IkeSaOrigin origin, StateReader in) {
        this.env = env;
        this.peer = peer;
        this.authentication = origin.authentication();
        this.establishedNanos = in.time("beginning");
        this.softNanos = in.time("soft limit");
        this.liveness = Liveness.restore(in);
    }

    void save(StateWriter out) {
        out.time(establishedNanos).time(softNanos);
        liveness.save(out);
    }

    static SaLifetime restore(StateReader in, Environment env, Peer peer, IkeSaOrigin origin) {
        return new SaLifetime(env, peer, origin, in);
    }

    long establishedNanos() {
        return establishedNanos;
    }

    long softNanos() {
        return softNanos;
    }

    boolean soft(long nowNanos) {
        return softNanos - nowNanos <= 0;
    }

    long hardNanos() {
        return establishedNanos + peer.config().ikeLifetime().time().toNanos();
    }

    /** Hard lifetime or the end of the peer's certificate, whichever comes first. */
    long endNanos() {
        return Math.min(hardNanos(), authentication.expiresNanos());
    }

    /** Why it is over, for operators. */
    Optional<String> over(long nowNanos) {
        if (authentication.expiresNanos() - nowNanos <= 0) {
            return Optional.of("peer's certificate expired");
        }
        return hardNanos() - nowNanos <= 0 ? Optional.of("lifetime over") : Optional.empty();
    }

    void heard(long nanos) {
        liveness.heard(nanos);
    }

    void sent(long nanos) {
        liveness.sent(nanos);
    }

    /** When to ask for a sign of life. */
    long livenessNanos() {
        return liveness.dueNanos(
                peer.config().dpdInterval().toNanos(), env.config().idleLivenessFactor());
    }
}
