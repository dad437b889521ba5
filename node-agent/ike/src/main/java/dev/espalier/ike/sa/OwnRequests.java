package dev.espalier.ike.sa;

import dev.espalier.ike.exchange.AddressUpdate;
import dev.espalier.ike.exchange.ChildOffer;
import dev.espalier.ike.exchange.InformationalExchange;
import dev.espalier.ike.exchange.RekeyCollision;
import dev.espalier.ike.exchange.RekeyIkeOffer;
import dev.espalier.ike.message.ExchangeType;
import dev.espalier.ike.message.IkeHeader;
import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.Payload;
import dev.espalier.wire.Octets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The requests that one IKE SA makes: one at a time (IKE-06), numbered, repeated until answered (RFC 7296 2.1 to 2.3). */
final class OwnRequests {
    /** So far from the last message ID that rekeying has all the time it needs (IKE-05). */
    private static final long LATE_ID = 0xffff_0000L;

    private record Outstanding(IkeHeader header, OwnRequest request, Retransmission repetition) {}

    private final Environment env;
    private final Peer peer;
    private final IkeSa sa;
    private final TaskQueue tasks;
    private final OwnReplies replies;
    private long nextId;
    private @Nullable Outstanding outstanding;

    OwnRequests(Environment env, Peer peer, IkeSa sa, TaskQueue tasks, FollowUps followUps, long firstId) {
        this.env = env;
        this.peer = peer;
        this.sa = sa;
        this.tasks = tasks;
        this.nextId = firstId;
        this.replies = new OwnReplies(env, peer, sa, tasks, followUps);
    }

    boolean busy() {
        return outstanding != null;
    }

    /** Whether nothing is out that another process could not go on with. */
    boolean movable() {
        return outstanding == null || outstanding.request.movable();
    }

    /** Whether what the peer makes of the request that is out is of no use to us. */
    boolean givenUp() {
        return outstanding != null && outstanding.request instanceof OwnRequest.GivenUp;
    }

    long nextId() {
        return nextId;
    }

    void save(StateWriter out) {
        out.optional(Optional.ofNullable(outstanding), one -> {
            out.i32(one.header.exchange().value()).i64(one.header.messageId());
            one.request.save(out);
            one.repetition.save(out);
        });
    }

    /** Goes on with the request that a process before this one has sent. */
    void restore(StateReader in) {
        in.optional("request", each -> {
                    IkeHeader header = sa.requestHeader(new ExchangeType(in.i32("exchange")), in.i64("message ID"));
                    OwnRequest request = OwnRequest.restore(in);
                    if (request instanceof OwnRequest.GivenUp(Optional<Integer> spiIn)) {
                        spiIn.ifPresent(env.espSpis()::claim);
                    }
                    Retransmission repetition =
                            Retransmission.restore(in, env.config().retransmission());
                    return new Outstanding(header, request, repetition);
                })
                .ifPresent(one -> outstanding = one);
    }

    boolean idsRunOut() {
        return nextId >= LATE_ID;
    }

    boolean awaits(IkeHeader response) {
        return outstanding != null
                && outstanding.header.messageId() == response.messageId()
                && outstanding.header.exchange().equals(response.exchange());
    }

    void answered(Message response, long nowNanos) {
        if (outstanding != null) {
            OwnRequest request = outstanding.request;
            outstanding = null;
            replies.read(request, response, nowNanos).ifPresent(next -> goOn(next, nowNanos));
        }
    }

    private void goOn(OwnRequest.Finish next, long nowNanos) {
        send(ExchangeType.IKE_FOLLOWUP_KE, next.rest().payloads(), next, nowNanos);
    }

    /** Forgets the request that is out, because the SA ends or the peer's own request has made it pointless. */
    void abandon() {
        if (outstanding != null) {
            outstanding.request.abandon(env);
            outstanding = null;
            tasks.done();
        }
        replies.forgetCrossing();
    }

    void tick(long nowNanos) {
        Outstanding out = outstanding;
        if (out == null) {
            return;
        }
        switch (out.repetition.due(nowNanos)) {
            case NOT_YET -> {}
            case SEND_AGAIN -> env.out().send(sa.path(), out.repetition.datagrams());
            case GIVE_UP -> sa.lost("no answer to " + name(out.request), nowNanos);
        }
    }

    long nextDeadlineNanos() {
        if (outstanding != null) {
            return outstanding.repetition.deadlineNanos();
        }
        return env.quiet() ? Long.MAX_VALUE : tasks.nextDeadlineNanos();
    }

    /** Takes up the next task, if the window is free. */
    void pump(long nowNanos) {
        while (outstanding == null
                && !env.quiet()
                && nextId <= 0xffff_ffffL
                && !(sa.state() instanceof SaState.Closed)) {
            Optional<Task.Order> order = tasks.take(nowNanos);
            if (order.isEmpty()) {
                return;
            }
            begin(order.get(), nowNanos);
        }
    }

    private void begin(Task.Order order, long nowNanos) {
        if (!sa.live() && !(order.task() instanceof Task.CloseIke)) {
            tasks.done();
            return;
        }
        switch (order.task()) {
            case Task.CreateChild create -> {
                if (peer.children().anyInUse(sa)) {
                    tasks.done();
                } else {
                    makeChild(OptionalInt.empty(), order.method(), nowNanos);
                }
            }
            case Task.RekeyChild(int spiIn) -> {
                Optional<ChildPair> pair = peer.children()
                        .byInboundSpi(spiIn)
                        .filter(p -> p.sa() == sa && p.state() == ChildPair.State.LIVE);
                if (pair.isEmpty()) {
                    tasks.done();
                } else {
                    pair.get().state(ChildPair.State.REKEYING);
                    makeChild(OptionalInt.of(spiIn), order.method(), nowNanos);
                }
            }
            case Task.DeleteChild(int spiIn) ->
                send(
                        ExchangeType.INFORMATIONAL,
                        InformationalExchange.deleteChildren(List.of(spiIn)),
                        new OwnRequest.DeleteChild(spiIn),
                        nowNanos);
            case Task.RekeyIke rekey -> {
                RekeyIkeOffer offer = new RekeyIkeOffer(
                        env.ikeSpis().reserve(), peer.config().ikeProposals(), order.method(), env.random());
                send(
                        ExchangeType.CREATE_CHILD_SA,
                        offer.payloads(),
                        new OwnRequest.RekeyIke(offer, peer.config().ikeProposals()),
                        nowNanos);
            }
            case Task.CheckLiveness check ->
                send(
                        ExchangeType.INFORMATIONAL,
                        InformationalExchange.liveness(),
                        new OwnRequest.CheckLiveness(),
                        nowNanos);
            case Task.SendCrashToken token ->
                tell(
                        env.abilities(sa.origin().spiInitiator(), sa.origin().spiResponder())
                                .crashTokenAlone(),
                        nowNanos);
            case Task.ReportMessageId(long id) -> tell(InformationalExchange.invalidMessageId(id), nowNanos);
            case Task.UpdateAddresses update -> updateAddresses(nowNanos);
            case Task.ProveRoute(Octets cookie) ->
                send(
                        ExchangeType.INFORMATIONAL,
                        AddressUpdate.proveRoute(cookie),
                        new OwnRequest.ProveRoute(cookie),
                        nowNanos);
            case Task.CloseIke close ->
                send(
                        ExchangeType.INFORMATIONAL,
                        InformationalExchange.deleteIke(),
                        new OwnRequest.CloseIke(),
                        nowNanos);
        }
    }

    private void tell(List<Payload> payloads, long nowNanos) {
        send(ExchangeType.INFORMATIONAL, payloads, new OwnRequest.Tell(), nowNanos);
    }

    /** The original initiator decides which addresses are used; the other end makes itself heard from where it is now (RFC 4555 3.5, 3.6). */
    private void updateAddresses(long nowNanos) {
        List<Payload> payloads = sa.origin().initiated()
                ? AddressUpdate.request(sa.requestHeader(ExchangeType.INFORMATIONAL, nextId), sa.path())
                : AddressUpdate.announcement(peer.config().localAddresses().stream()
                        .filter(address -> !address.equals(sa.path().local().address()))
                        .toList());
        send(ExchangeType.INFORMATIONAL, payloads, new OwnRequest.UpdateAddresses(sa.path()), nowNanos);
    }

    private void makeChild(OptionalInt rekeyed, OptionalInt method, long nowNanos) {
        ChildOffer offer = ChildOffer.create(peer.config(), env.espSpis().reserve(), rekeyed, method, env.random());
        send(
                ExchangeType.CREATE_CHILD_SA,
                offer.payloads(),
                new OwnRequest.MakeChild(offer, ChildBasis.of(peer.config())),
                nowNanos);
    }

    private void send(ExchangeType exchange, List<Payload> payloads, OwnRequest request, long nowNanos) {
        IkeHeader header = sa.requestHeader(exchange, nextId++);
        Retransmission repetition = new Retransmission(
                sa.origin().channel(),
                new Message(header, payloads),
                sa.path(),
                env.config().retransmission(),
                nowNanos);
        outstanding = new Outstanding(header, request, repetition);
        env.out().send(sa.path(), repetition.datagrams());
        sa.sent(nowNanos);
    }

    /** How this SA stands for a request of the peer (RFC 7296 2.25). */
    RekeyCollision.IkeCondition condition() {
        if (!sa.live()) {
            return RekeyCollision.IkeCondition.CLOSING;
        }
        if (outstanding == null) {
            return RekeyCollision.IkeCondition.QUIET;
        }
        return switch (outstanding.request) {
            case OwnRequest.MakeChild make -> RekeyCollision.IkeCondition.BUSY_WITH_CHILD;
            case OwnRequest.FinishChild finish -> RekeyCollision.IkeCondition.BUSY_WITH_CHILD;
            case OwnRequest.FinishIke finish -> RekeyCollision.IkeCondition.REKEYING;
            case OwnRequest.DeleteChild delete -> RekeyCollision.IkeCondition.BUSY_WITH_CHILD;
            case OwnRequest.RekeyIke rekey -> RekeyCollision.IkeCondition.REKEYING;
            case OwnRequest.CloseIke close -> RekeyCollision.IkeCondition.CLOSING;
            case OwnRequest.Tell tell -> RekeyCollision.IkeCondition.QUIET;
            case OwnRequest.UpdateAddresses update -> RekeyCollision.IkeCondition.QUIET;
            case OwnRequest.ProveRoute prove -> RekeyCollision.IkeCondition.QUIET;
            case OwnRequest.CheckLiveness check -> RekeyCollision.IkeCondition.QUIET;
            // Whatever it was: the peer makes nothing of ours with it, and this IKE SA is about to be replaced.
            case OwnRequest.GivenUp given -> RekeyCollision.IkeCondition.BUSY_WITH_CHILD;
        };
    }

    OwnReplies replies() {
        return replies;
    }

    private static String name(OwnRequest request) {
        return switch (request) {
            case OwnRequest.MakeChild make -> "CREATE_CHILD_SA";
            case OwnRequest.RekeyIke rekey -> "CREATE_CHILD_SA for the IKE SA";
            case OwnRequest.FinishChild finish -> "IKE_FOLLOWUP_KE";
            case OwnRequest.FinishIke finish -> "IKE_FOLLOWUP_KE for the IKE SA";
            case OwnRequest.DeleteChild delete -> "DELETE of a child SA";
            case OwnRequest.Tell tell -> "INFORMATIONAL";
            case OwnRequest.UpdateAddresses update -> "update of addresses";
            case OwnRequest.ProveRoute prove -> "return routability check";
            case OwnRequest.CheckLiveness check -> "liveness check";
            case OwnRequest.CloseIke close -> "DELETE";
            case OwnRequest.GivenUp given -> "a request of the process before this one";
        };
    }
}
