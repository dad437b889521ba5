package dev.espalier.ike;

import dev.espalier.ike.demux.Deadlines;
import dev.espalier.ike.sa.Environment;
import dev.espalier.ike.sa.Peer;
import dev.espalier.ike.sa.StateReader;
import dev.espalier.ike.sa.StateWriter;
import dev.espalier.wire.WireFormatException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One end of IKEv2 with all of its peers (RFC 7296): what goes in are {@link IkeInput}s and the time, what comes out are
 * {@link IkeOutput}s and the next deadline. Single-threaded; hostile input never makes it throw, and a bug of ours costs the SA
 * that it struck and no more.
 *
 * <p>Nothing is begun before the first {@link IkeInput.CredentialsChanged}.
 */
public final class IkeEndpoint {
    /** Changes whenever the meaning of what {@link #save} writes does. */
    private static final int STATE_FORMAT = 1;

    private final Environment env;
    private final Demultiplexer demultiplexer;
    private final Deadlines<Peer> deadlines = new Deadlines<>();
    private final List<Peer> departing = new ArrayList<>();

    /** @param keyLog {@link KeyLog#NONE} outside of lab builds */
    public IkeEndpoint(EndpointConfig config, SecureRandom random, KeyLog keyLog) {
        this.env = new Environment(config, random, keyLog);
        this.demultiplexer = new Demultiplexer(env);
    }

    /** Takes one input and returns what is to be done, in order. */
    public List<IkeOutput> handle(IkeInput input, Now now) {
        long nanos = now.nanos();
        switch (input) {
            case IkeInput.DatagramReceived received -> demultiplexer.receive(received.path(), received.datagram(), now);
            case IkeInput.DeadlineReached deadline -> {
                demultiplexer.expire(nanos);
                deadlines.takeDue(nanos).forEach(peer -> guard(peer, now, p -> p.tick(nanos)));
            }
            case IkeInput.PeersConfigured(List<PeerConfig> peers) -> configure(peers, now);
            case IkeInput.CredentialsChanged(LocalCredentials credentials) -> {
                env.credentials(credentials);
                env.peers().values().forEach(Peer::credentialsChanged);
            }
            case IkeInput.RevocationChanged(var serials) -> {
                env.revoked(serials);
                all(now, peer -> peer.revoke(serials, nanos));
            }
            case IkeInput.InitiateRequested(String name) -> one(name, now, peer -> peer.initiate(nanos));
            case IkeInput.TrafficWaiting(String name) -> one(name, now, peer -> peer.trafficWaiting(nanos));
            case IkeInput.RekeyRequested(String name, var kind) -> one(name, now, peer -> peer.rekey(kind, nanos));
            case IkeInput.TerminateRequested(String name) -> one(name, now, peer -> peer.terminate(nanos));
            case IkeInput.ChildUsageReported usage ->
                env.espSpis()
                        .find(usage.spiIn())
                        .ifPresent(pair -> guard(pair.peer(), now, peer -> Peer.used(pair, usage, nanos)));
            case IkeInput.PeerPathChanged(int spiIn, var path) ->
                env.espSpis()
                        .find(spiIn)
                        .ifPresent(pair -> guard(pair.peer(), now, peer -> Peer.pathChanged(pair, path)));
            case IkeInput.UnknownSpiReceived(var path) ->
                env.peers().values().stream()
                        .filter(peer -> peer.config()
                                .remoteAddresses()
                                .contains(path.remote().address()))
                        .findFirst()
                        .ifPresent(peer -> guard(peer, now, Peer::usesForgottenSas));
            case IkeInput.HandoverBegun begun -> env.quiet(true);
            case IkeInput.HandoverEnded ended -> env.quiet(false);
            case IkeInput.ShutdownRequested(boolean deleteSas) -> shutDown(deleteSas, now);
        }
        settle(now);
        return env.out().take();
    }

    /** When {@link IkeInput.DeadlineReached} is due, in the time of {@link Now#nanos()}; {@link Long#MAX_VALUE} for never. */
    public long nextDeadlineNanos() {
        return Math.min(demultiplexer.nextDeadlineNanos(), deadlines.nextNanos());
    }

    public EndpointStatus status(Now now) {
        return new EndpointStatus(
                env.peers().values().stream().map(Peer::status).toList(), demultiplexer.halfOpen());
    }

    /** Between {@link IkeInput.HandoverBegun} and {@link IkeInput.HandoverEnded}: whether everything could go on in another process. */
    public boolean movable() {
        return demultiplexer.halfOpen() == 0 && env.peers().values().stream().allMatch(Peer::movable);
    }

    /**
     * Writes down every IKE SA and its children, with their keys, so that another endpoint can go on with them. Nothing of this one may be used
     * after that, except to begin again with {@link IkeInput.HandoverEnded} when the other one never came to use what it got.
     *
     * <p>What is not {@link #movable} is left behind: attempts and half-open SAs, which begin anew, and the outcome of exchanges that make keys,
     * whose IKE SA is replaced afterwards, make-before-break.
     */
    public EndpointState save(Now now) {
        StateWriter out = new StateWriter(STATE_FORMAT, now.nanos());
        out.list(env.peers().values(), peer -> out.text(peer.name()).sized(() -> peer.save(out)));
        return EndpointState.of(out.take());
    }

    /**
     * Goes on with what {@link #save} wrote, as far as it is about peers that are configured. To be called once, after peers and credentials and between
     * {@link IkeInput.HandoverBegun} and {@link IkeInput.HandoverEnded}. The outputs say which child SAs are installed, in the order in which they were: the
     * data path must have the sequence numbers that the other process has used.
     *
     * @throws WireFormatException when it is of another version, or malformed; this endpoint is good for nothing then
     */
    public List<IkeOutput> restore(EndpointState state, Now now) {
        StateReader in = StateReader.open(state.octets(), STATE_FORMAT, now.nanos());
        in.list("peers", each -> {
            Peer peer = env.peers().get(each.text("name"));
            StateReader part = each.sized("peer");
            if (peer != null) {
                peer.restore(part, now.nanos());
                part.finish();
            }
            return part;
        });
        in.finish();
        settle(now);
        return env.out().take();
    }

    private void configure(List<PeerConfig> configs, Now now) {
        Map<String, PeerConfig> wanted = new HashMap<>();
        configs.forEach(config -> wanted.put(config.name(), config));
        for (Peer peer : List.copyOf(env.peers().values())) {
            if (!wanted.containsKey(peer.name())) {
                env.peers().remove(peer.name());
                departing.add(peer);
                guard(peer, now, p -> p.depart(now.nanos()));
            }
        }
        for (PeerConfig config : configs) {
            Peer known = env.peers().get(config.name());
            if (known == null) {
                env.peers().put(config.name(), new Peer(env, config));
            } else {
                guard(known, now, p -> p.configure(config, now.nanos()));
            }
        }
    }

    private void shutDown(boolean deleteSas, Now now) {
        List<Peer> peers = List.copyOf(env.peers().values());
        env.peers().clear();
        if (deleteSas) {
            departing.addAll(peers);
            peers.forEach(peer -> guard(peer, now, p -> p.shutDown(now.nanos())));
        } else {
            peers.forEach(deadlines::remove);
        }
    }

    /** Looks after every peer that the input has touched, until nothing more follows from it. */
    private void settle(Now now) {
        for (Peer peer = env.nextTouched(); peer != null; peer = env.nextTouched()) {
            guard(peer, now, p -> p.reconcile(now.nanos()));
            if (peer.gone()) {
                departing.remove(peer);
                deadlines.remove(peer);
            } else if (env.peers().get(peer.name()) == peer || departing.contains(peer)) {
                deadlines.set(peer, peer.nextDeadlineNanos());
            }
        }
    }

    private void one(String name, Now now, Consumer<Peer> action) {
        Optional.ofNullable(env.peers().get(name)).ifPresent(peer -> guard(peer, now, action));
    }

    private void all(Now now, Consumer<Peer> action) {
        List.copyOf(env.peers().values()).forEach(peer -> guard(peer, now, action));
    }

    /** A bug of ours ends what this end has with the peer it struck, and nothing else. */
    private static void guard(Peer peer, Now now, Consumer<Peer> action) {
        try {
            action.accept(peer);
        } catch (RuntimeException bug) {
            peer.abort("internal error: " + bug, now.nanos());
        }
    }
}
