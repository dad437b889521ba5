package dev.espalier.ike.sa;

import dev.espalier.ike.PeerConfig;
import dev.espalier.wire.ip.UdpPath;
import java.util.List;
import java.util.Optional;

/** Whether and when this end begins an IKE SA with one peer, and the attempt that is under way (IKE-20, IKE-32). */
final class Beginning {
    private final Environment env;
    private final Peer peer;
    private final Pause pause;
    private Optional<Attempt> attempt = Optional.empty();
    private boolean demanded;
    private boolean suspended;

    Beginning(Environment env, Peer peer) {
        this.env = env;
        this.peer = peer;
        this.pause = new Pause(env);
    }

    boolean suspended() {
        return suspended;
    }

    /** Whether there is no attempt of which the peer may have made an IKE SA already. */
    boolean movable() {
        return attempt.stream().allMatch(Attempt::harmlessToDrop);
    }

    boolean underWay() {
        return attempt.isPresent();
    }

    /** Whether something asks for an IKE SA beyond what the configuration does. */
    boolean demanded() {
        return demanded;
    }

    void demand(long nowNanos) {
        suspended = false;
        demanded = true;
        pause.none(nowNanos);
    }

    /** As {@link #demand}, but neither sooner than a pause allows nor against a suspension. */
    void demandAgain() {
        demanded = demanded || !suspended;
    }

    /** The end that does not begin by itself waits a little, since the other one surely does. */
    void trafficWaiting(long nowNanos) {
        if (!demanded && !peer.config().initiate()) {
            pause.atLeast(env.config().attempt().passiveDelay(), nowNanos);
        }
        suspended = false;
        demanded = true;
    }

    /** Begins nothing until something demands it. */
    void suspend() {
        suspended = true;
        demanded = false;
    }

    void abandon() {
        attempt.ifPresent(Attempt::abandon);
        attempt = Optional.empty();
    }

    /** Gives up an attempt that the peer cannot have taken for an IKE SA. */
    boolean abandonIfHarmless() {
        boolean harmless = attempt.filter(Attempt::harmlessToDrop).isPresent();
        if (harmless) {
            abandon();
        }
        return harmless;
    }

    /** There is an IKE SA, whoever began it. */
    void established() {
        demanded = false;
        suspended = false;
        pause.reset();
    }

    /** The attempt came to its end. */
    void over() {
        attempt = Optional.empty();
    }

    void failed(long nowNanos) {
        attempt = Optional.empty();
        pause.longer(nowNanos);
        demanded = demanded && peer.config().initiate();
    }

    Pause pause() {
        return pause;
    }

    boolean wanted() {
        return !suspended && (peer.config().initiate() || demanded);
    }

    /**
     * Begins if it is time to.
     *
     * @param replacing whether there is an IKE SA already that is to be replaced
     */
    void begin(boolean replacing, long nowNanos) {
        if (attempt.isPresent() || env.quiet() || env.credentials().isEmpty() || !pause.over(nowNanos)) {
            return;
        }
        Optional<UdpPath> path = path(peer.config());
        if (path.isEmpty()) {
            peer.attemptFailed(
                    "IKE_SA_INIT", "no remote address of a family that there is a local address of", nowNanos);
            return;
        }
        attempt = Optional.of(new Attempt(env, peer, path.get(), replacing, nowNanos));
    }

    /** One remote address after the other, attempt by attempt. */
    private Optional<UdpPath> path(PeerConfig config) {
        List<UdpPath> paths = Paths.all(config, env.config().ikePort());
        return paths.isEmpty() ? Optional.empty() : Optional.of(paths.get(pause.failures() % paths.size()));
    }

    void tick(long nowNanos) {
        attempt.ifPresent(running -> running.tick(nowNanos));
    }

    /** Of the attempt; {@link Long#MAX_VALUE} without one. */
    long nextDeadlineNanos() {
        return attempt.map(Attempt::nextDeadlineNanos).orElse(Long.MAX_VALUE);
    }
}
