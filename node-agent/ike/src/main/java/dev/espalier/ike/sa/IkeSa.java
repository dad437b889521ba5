package dev.espalier.ike.sa;

import dev.espalier.ike.IkeEvent;
import dev.espalier.ike.IkeOutput;
import dev.espalier.ike.Now;
import dev.espalier.ike.exchange.Abilities;
import dev.espalier.ike.exchange.IkeSaKeys;
import dev.espalier.ike.exchange.NewIkeSa;
import dev.espalier.ike.message.Decoded;
import dev.espalier.ike.message.ExchangeType;
import dev.espalier.ike.message.IkeHeader;
import dev.espalier.ike.proposal.Proposal;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An authenticated IKE SA (RFC 7296): a switchboard between what comes in ({@link Inbound}), what this end asks for
 * ({@link OwnRequests}) and the SA's own state, path and {@link SaLifetime}.
 */
public final class IkeSa implements Party {
    /** How long the last reply of a closed SA can be had again. */
    private static final Duration CLOSED_LINGER = Duration.ofSeconds(30);

    /** How long a replaced SA waits for the DELETE of whoever replaced it. */
    private static final Duration SUPERSEDED_LIMIT = Duration.ofSeconds(60);

    private final Environment env;
    private final Peer peer;
    private final IkeSaOrigin origin;
    private final SaLifetime lifetime;
    private final List<Proposal> basis;
    private final TaskQueue tasks;
    private final OwnRequests own;
    private final FollowUps followUps;
    private final Inbound inbound;
    private final Route route;
    private SaState state;
    private OptionalLong replacedBy = OptionalLong.empty();
    private OptionalLong reauthenticateNanos = OptionalLong.empty();
    private Optional<Octets> peerToken = Optional.empty();

    /** @param basis IKE proposals that it was negotiated from */
    IkeSa(Environment env, Peer peer, IkeSaOrigin origin, List<Proposal> basis, SaState state, long nowNanos) {
        this(
                env,
                peer,
                origin,
                basis,
                state,
                new SaLifetime(env, peer, origin, nowNanos),
                new Route(origin.path(), origin.localBehindNat(), nowNanos));
    }

    private IkeSa(
            Environment env,
            Peer peer,
            IkeSaOrigin origin,
            List<Proposal> basis,
            SaState state,
            SaLifetime lifetime,
            Route route) {
        this.env = env;
        this.peer = peer;
        this.origin = origin;
        this.route = route;
        this.state = state;
        this.basis = basis;
        this.tasks = new TaskQueue(env);
        this.followUps = new FollowUps(env);
        this.own = new OwnRequests(env, peer, this, tasks, followUps, origin.nextOwnId());
        this.inbound = new Inbound(env, peer, this, own, followUps);
        this.lifetime = lifetime;
        env.ikeSpis().bind(ownSpi(), this);
    }

    /** Whether nothing is under way that another process could not go on with. */
    boolean movable() {
        return own.movable();
    }

    /** What the peer has begun and not finished is left out: it hears STATE_NOT_FOUND and begins again (RFC 9370 2.2.4). */
    void save(StateWriter out) {
        origin.save(route, own.nextId(), out);
        out.proposals(basis);
        state.save(out);
        lifetime.save(out);
        out.time(route.lastOutNanos())
                .optional(replacedBy)
                .optionalTime(reauthenticateNanos)
                .optional(peerToken, out::octets);
        tasks.save(out);
        own.save(out);
    }

    /** Goes on where {@link #save} was called, perhaps in another process. */
    static IkeSa restore(StateReader in, Environment env, Peer peer, long nowNanos) {
        IkeSaOrigin origin = IkeSaOrigin.restore(in, env);
        env.sequenceAfter(origin.lineage());
        env.ikeSpis().claim(origin.initiated() ? origin.spiInitiator() : origin.spiResponder());
        List<Proposal> basis = in.proposals("proposals");
        SaState state = SaState.restore(in);
        SaLifetime lifetime = SaLifetime.restore(in, env, peer, origin);
        Route route = new Route(origin.path(), origin.localBehindNat(), in.time("last sent"));
        IkeSa sa = new IkeSa(env, peer, origin, basis, state, lifetime, route);
        sa.replacedBy = in.optionalLong("successor");
        sa.reauthenticateNanos = in.optionalTime("reauthentication");
        sa.peerToken = in.optional("crash token", each -> each.octets("crash token"));
        sa.tasks.restore(in);
        sa.own.restore(in);
        if (sa.live() && sa.own.givenUp()) {
            peer.replace("an exchange was cut short by a change of processes", nowNanos);
        }
        return sa;
    }

    /** The SA that a rekeying of this one has made (RFC 7296 2.18): message IDs start again, authentication stays. */
    IkeSa rekeyed(NewIkeSa sa, List<Proposal> negotiatedFrom, SaState initial, long nowNanos) {
        IkeSaOrigin next = new IkeSaOrigin(
                sa.spiInitiator(),
                sa.spiResponder(),
                sa.initiated(),
                sa.keys(),
                origin.channel().next(sa.keys(), sa.initiated(), env),
                route.path(),
                route.localBehindNat(),
                origin.encapsulated(),
                origin.authentication(),
                origin.lineage(),
                origin.rekeys() + 1,
                new ReplyWindow(0, env.config().extensions().window()),
                0,
                origin.mobike());
        env.logKeys(sa.spiInitiator(), sa.spiResponder(), sa.keys());
        IkeSa made = new IkeSa(env, peer, next, negotiatedFrom, initial, nowNanos);
        made.replacedBy = replacedBy;
        made.reauthenticateNanos = reauthenticateNanos;
        if (env.config().extensions().crashTokens().isPresent()) {
            made.want(new Task.SendCrashToken(), nowNanos);
        }
        peer.add(made);
        return made;
    }

    @Override
    public Optional<Peer> owner() {
        return Optional.of(peer);
    }

    @Override
    public void receive(Decoded.Protected received, UdpPath from, Now now) {
        env.touch(peer);
        inbound.receive(received, from, now.nanos());
    }

    /** The peer follows its NAT, and we follow the peer, unless the NAT is ours (IKE-46). */
    void heardFrom(UdpPath from, long nowNanos) {
        lifetime.heard(nowNanos);
        moveTo(from);
    }

    /** Follows the peer to another path that it has proven to use, unless the NAT in between is ours. */
    public void moveTo(UdpPath other) {
        if (!route.localBehindNat()) {
            follow(other);
        }
    }

    /** Takes another path; the address at this end stays one of our own (MOB-01). */
    void follow(UdpPath other) {
        boolean ours = peer.config().localAddresses().contains(other.local().address());
        if (ours && !other.equals(route.path()) && !(state instanceof SaState.Closed)) {
            route.path(other);
            peer.children().of(this).forEach(pair -> pair.moved(env, other));
        }
    }

    /** Our end, or the peer's, is somewhere else now, and the peer is told (RFC 4555 3.5). */
    void relocate(UdpPath other, long nowNanos) {
        follow(other);
        tasks.addFirst(new Task.UpdateAddresses(), nowNanos);
        env.touch(peer);
    }

    boolean localBehindNat() {
        return route.localBehindNat();
    }

    void localBehindNat(boolean is) {
        route.localBehindNat(is);
    }

    void sent(long nanos) {
        route.sent(nanos);
    }

    /** What the peer tells of itself, when it authenticates or later. */
    void told(Abilities abilities, long nowNanos) {
        if (abilities.crashToken().isPresent()) {
            peerToken = abilities.crashToken();
        }
        abilities.authLifetime().ifPresent(time -> {
            // Well before the peer would end it, and not all peers at one instant (RFC 4478 3).
            reauthenticateNanos = OptionalLong.of(nowNanos + env.jitter(time.toNanos(), 0.7, 0.9));
            env.touch(peer);
        });
    }

    public boolean hasSpis(long spiInitiator, long spiResponder) {
        return origin.spiInitiator() == spiInitiator && origin.spiResponder() == spiResponder;
    }

    /** Whether the peer, and nobody else, says that it has forgotten this IKE SA (RFC 6290). */
    public boolean provesCrash(Octets token) {
        return peerToken.filter(token::equalsConstantTime).isPresent();
    }

    /** The peer has proven that it has started afresh. */
    public void forgottenByPeer(long nowNanos) {
        boolean used = peer.children().anyInUse(this);
        lost("peer has restarted and forgotten this IKE SA", nowNanos);
        if (used) {
            peer.initiate(nowNanos);
        }
    }

    /** ESP packets count as life (RFC 7296 2.4). */
    void traffic(long lastInboundNanos, long lastOutboundNanos) {
        if (lastInboundNanos != 0) {
            lifetime.heard(lastInboundNanos);
        }
        if (lastOutboundNanos != 0) {
            lifetime.sent(lastOutboundNanos);
            route.sent(lastOutboundNanos);
        }
    }

    void want(Task task, long notBeforeNanos) {
        if (tasks.add(task, notBeforeNanos)) {
            env.touch(peer);
        }
    }

    boolean wants(Task task) {
        return tasks.contains(task);
    }

    /** Sends the next request if there is one and the window is free. */
    void pump(long nowNanos) {
        own.pump(nowNanos);
    }

    void tick(long nowNanos) {
        own.tick(nowNanos);
        keepNatOpen(nowNanos);
        followUps.expire(nowNanos);
        switch (state) {
            case SaState.Live live -> tickLive(nowNanos);
            case SaState.Standby standby -> expireAt(lifetime.hardNanos(), "crossing rekeying never ended", nowNanos);
            case SaState.Superseded(long since) ->
                expireAt(since + SUPERSEDED_LIMIT.toNanos(), "replaced and not deleted", nowNanos);
            case SaState.Closing closing -> {}
            case SaState.Closed(long since) -> {
                if (since + CLOSED_LINGER.toNanos() - nowNanos <= 0) {
                    dispose();
                }
            }
        }
    }

    private void keepNatOpen(long nowNanos) {
        if (live() && keepaliveNanos() - nowNanos <= 0) {
            env.out().add(new IkeOutput.SendKeepalive(route.path()));
            route.sent(nowNanos);
        }
    }

    private long keepaliveNanos() {
        return route.keepaliveNanos(env.config().extensions().natKeepalive().toNanos());
    }

    private void tickLive(long nowNanos) {
        Optional<String> end = lifetime.over(nowNanos);
        if (end.isPresent()) {
            close(end.get(), nowNanos);
            return;
        }
        if (reauthenticateNanos.isPresent() && reauthenticateNanos.getAsLong() - nowNanos <= 0) {
            reauthenticateNanos = OptionalLong.empty();
            peer.replace("peer's AUTH_LIFETIME ends", nowNanos);
        }
        if (lifetime.soft(nowNanos) || own.idsRunOut()) {
            want(new Task.RekeyIke(), nowNanos);
        }
        if (livenessNanos() - nowNanos <= 0) {
            want(new Task.CheckLiveness(), nowNanos);
        }
    }

    private void expireAt(long nanos, String reason, long nowNanos) {
        if (nanos - nowNanos <= 0) {
            close(reason, nowNanos);
        }
    }

    /** Any request under way is a check of its own. */
    private long livenessNanos() {
        return own.busy() || wants(new Task.CheckLiveness()) ? Long.MAX_VALUE : lifetime.livenessNanos();
    }

    long nextDeadlineNanos() {
        long ofState = switch (state) {
            case SaState.Live live -> {
                long soft = wants(new Task.RekeyIke()) ? Long.MAX_VALUE : lifetime.softNanos();
                long first = Math.min(Math.min(soft, lifetime.endNanos()), livenessNanos());
                yield Math.min(Math.min(first, keepaliveNanos()), reauthenticateNanos.orElse(Long.MAX_VALUE));
            }
            case SaState.Standby standby -> lifetime.hardNanos();
            case SaState.Superseded(long since) -> since + SUPERSEDED_LIMIT.toNanos();
            case SaState.Closing closing -> Long.MAX_VALUE;
            case SaState.Closed(long since) -> since + CLOSED_LINGER.toNanos();
        };
        return Math.min(Math.min(ofState, own.nextDeadlineNanos()), followUps.nextDeadlineNanos());
    }

    /** The rekeying that this one came of has won. */
    void activate() {
        state = new SaState.Live();
    }

    /** Another SA took over: children and what is to be done with them move there. */
    void supersede(IkeSa successor, long nowNanos) {
        state = new SaState.Superseded(nowNanos);
        peer.children().of(this).forEach(pair -> pair.moveTo(successor));
        followUps.clear();
        tasks.moveTo(successor.tasks);
        tasks.clear();
        env.out()
                .report(new IkeEvent.IkeSaRekeyed(
                        peer.name(), successor.origin.spiInitiator(), successor.origin.spiResponder()));
    }

    /** Deletes it, together with its children. */
    void close(String reason, long nowNanos) {
        end(reason, new SaState.Closing(), nowNanos);
        tasks.clear();
        tasks.addFirst(new Task.CloseIke(), nowNanos);
        env.touch(peer);
    }

    /** Ends it without a message, keeping the last reply at hand. */
    void vanish(String reason, long nowNanos) {
        end(reason, new SaState.Closed(nowNanos), nowNanos);
        own.abandon();
        tasks.clear();
        origin.keys().keys().close();
        env.touch(peer);
    }

    /** The peer does not answer any more. */
    void lost(String reason, long nowNanos) {
        boolean mattered = state instanceof SaState.Live;
        end(reason, new SaState.Closed(nowNanos), nowNanos);
        dispose();
        if (mattered) {
            peer.lost(reason, nowNanos);
        }
    }

    @Override
    public void abort(String reason, Now now) {
        end(reason, new SaState.Closed(now.nanos()), now.nanos());
        dispose();
        peer.lost(reason, now.nanos());
    }

    private void end(String reason, SaState last, long nowNanos) {
        boolean known = state instanceof SaState.Live;
        state = last;
        followUps.clear();
        peer.retireChildren(this, reason, nowNanos);
        if (known) {
            env.out()
                    .report(new IkeEvent.IkeSaClosed(
                            peer.name(), origin.spiInitiator(), origin.spiResponder(), reason));
        }
    }

    /** Forgets it altogether. */
    void dispose() {
        own.abandon();
        env.ikeSpis().release(ownSpi());
        origin.channel().close();
        origin.keys().keys().close();
        peer.remove(this);
    }

    /** Another SA with the same peer, of that lineage, takes its place as soon as it has a child SA. */
    void replaceBy(OptionalLong lineage) {
        replacedBy = lineage;
    }

    OptionalLong replacedBy() {
        return replacedBy;
    }

    boolean live() {
        return state instanceof SaState.Live;
    }

    SaState state() {
        return state;
    }

    IkeSaOrigin origin() {
        return origin;
    }

    IkeSaKeys keys() {
        return origin.keys();
    }

    UdpPath path() {
        return route.path();
    }

    boolean encapsulated() {
        return origin.encapsulated();
    }

    long establishedNanos() {
        return lifetime.establishedNanos();
    }

    /** The IKE proposals that it was negotiated from. */
    List<Proposal> basis() {
        return basis;
    }

    IkeHeader requestHeader(ExchangeType exchange, long messageId) {
        return new IkeHeader(
                origin.spiInitiator(), origin.spiResponder(), exchange, origin.initiated(), false, messageId);
    }

    private long ownSpi() {
        return origin.initiated() ? origin.spiInitiator() : origin.spiResponder();
    }
}
