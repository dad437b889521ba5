package dev.espalier.ike.sa;

import dev.espalier.ike.exchange.ChildReply;
import dev.espalier.ike.exchange.ChildResponder;
import dev.espalier.ike.exchange.CreateChildRequest;
import dev.espalier.ike.exchange.FollowUpResponder;
import dev.espalier.ike.exchange.NewChild;
import dev.espalier.ike.exchange.NewIkeSa;
import dev.espalier.ike.exchange.RekeyCollision;
import dev.espalier.ike.exchange.RekeyCollision.Answer;
import dev.espalier.ike.exchange.RekeyCollision.ChildCondition;
import dev.espalier.ike.exchange.RekeyCollision.Wish;
import dev.espalier.ike.exchange.RekeyIkeOffer;
import dev.espalier.ike.exchange.RekeyIkeReply;
import dev.espalier.ike.message.ExchangeType;
import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.NotifyType;
import dev.espalier.ike.message.Payload;
import dev.espalier.wire.ip.UdpPath;
import java.util.List;
import java.util.Optional;

/** Answers what the peer asks for within an IKE SA: the payloads of the response come back, the rest happens (RFC 7296 1.3, 1.4). */
final class PeerRequests {
    private final Environment env;
    private final Peer peer;
    private final IkeSa sa;
    private final OwnRequests own;
    private final FollowUps followUps;
    private final PeerInformational informational;

    PeerRequests(Environment env, Peer peer, IkeSa sa, OwnRequests own, FollowUps followUps) {
        this.env = env;
        this.peer = peer;
        this.sa = sa;
        this.own = own;
        this.followUps = followUps;
        this.informational = new PeerInformational(env, peer, sa, own);
    }

    List<Payload> answer(Message request, UdpPath from, long nowNanos) {
        ExchangeType exchange = request.header().exchange();
        if (exchange.equals(ExchangeType.INFORMATIONAL)) {
            return informational.answer(request, from, nowNanos);
        }
        if (exchange.equals(ExchangeType.CREATE_CHILD_SA)) {
            return switch (CreateChildRequest.of(request)) {
                case CreateChildRequest.NewChildSa create -> newChild(request, nowNanos);
                case CreateChildRequest.RekeyChildSa(int spiOut) -> rekeyChild(request, spiOut, nowNanos);
                case CreateChildRequest.RekeyIkeSa rekey -> rekeyIke(request, nowNanos);
            };
        }
        if (exchange.equals(ExchangeType.IKE_FOLLOWUP_KE)) {
            return followUp(request, nowNanos);
        }
        sa.vanish("peer sent " + exchange + " in an established IKE SA", nowNanos);
        return List.of(Payload.Notify.of(NotifyType.INVALID_SYNTAX));
    }

    private List<Payload> newChild(Message request, long nowNanos) {
        Answer answer = RekeyCollision.answer(Wish.CREATE_CHILD, ChildCondition.NONE_NAMED, own.condition());
        if (answer != Answer.AS_USUAL) {
            return List.of(Payload.Notify.of(NotifyType.TEMPORARY_FAILURE));
        }
        if (peer.children().count() >= env.config().rekey().childrenPerPeer()) {
            boolean resource = request.notification(NotifyType.SA_RESOURCE_INFO).isPresent();
            return List.of(Payload.Notify.of(resource ? NotifyType.TS_MAX_QUEUE : NotifyType.NO_ADDITIONAL_SAS));
        }
        return makeChild(request, Optional.empty(), nowNanos);
    }

    private List<Payload> rekeyChild(Message request, int spiOut, long nowNanos) {
        Optional<ChildPair> old = peer.children().byOutboundSpi(spiOut).filter(pair -> pair.sa() == sa);
        ChildCondition condition = old.map(pair -> switch (pair.state()) {
                    case LIVE -> ChildCondition.LIVE;
                    case REKEYING -> ChildCondition.REKEYING;
                    case REPLACED, DELETING, LINGERING -> ChildCondition.DELETING;
                })
                .orElse(ChildCondition.UNKNOWN);
        return switch (RekeyCollision.answer(Wish.REKEY_CHILD, condition, own.condition())) {
            case AS_USUAL, AS_USUAL_THEN_COMPARE -> makeChild(request, old, nowNanos);
            case CHILD_SA_NOT_FOUND -> List.of(Payload.Notify.of(NotifyType.CHILD_SA_NOT_FOUND));
            case TEMPORARY_FAILURE, AS_USUAL_FORGET_OWN, WITHOUT_DELETE ->
                List.of(Payload.Notify.of(NotifyType.TEMPORARY_FAILURE));
        };
    }

    private List<Payload> makeChild(Message request, Optional<ChildPair> old, long nowNanos) {
        int spiIn = env.espSpis().reserve();
        ChildBasis basis = ChildBasis.of(peer.config());
        ChildReply reply = ChildResponder.answer(request, peer.config(), spiIn, sa.keys(), env.random());
        switch (reply) {
            case ChildReply.Refused(NotifyType type, var data, String detail) -> {
                env.espSpis().release(spiIn);
                if (!type.equals(NotifyType.INVALID_KE_PAYLOAD)) {
                    peer.failed("CREATE_CHILD_SA", "refused by us: " + detail, false);
                }
            }
            case ChildReply.MoreKeys(var rest, var payloads) ->
                followUps.add(new FollowUps.Begun.Child(rest, spiIn, old, basis), nowNanos);
            case ChildReply.Accepted(NewChild child, var payloads) ->
                childMade(child, basis, old, Optional.empty(), nowNanos)
                        .ofResource(request.notification(NotifyType.SA_RESOURCE_INFO)
                                        .isPresent()
                                || old.filter(ChildPair::ofResource).isPresent());
        }
        return reply.payloads();
    }

    /**
     * Takes in a pair that the peer has made.
     *
     * @param crossedBy what a request of ours has made in place of the same old pair since the peer began
     */
    private ChildPair childMade(
            NewChild child, ChildBasis basis, Optional<ChildPair> old, Optional<ChildPair> crossedBy, long nowNanos) {
        int rekeys = old.map(pair -> pair.rekeys() + 1).orElse(0);
        ChildPair made = peer.children().add(child, sa, basis, rekeys, nowNanos);
        peer.childMade(made, old);
        Optional<ChildPair> ours = crossedBy.filter(ChildPair::inUse);
        if (ours.isPresent() && RekeyCollision.ownIsRedundant(ours.get().lowestNonce(), made.lowestNonce())) {
            ours.get().state(ChildPair.State.DELETING);
            sa.want(new Task.DeleteChild(ours.get().spiIn()), nowNanos);
        } else if (ours.isPresent()) {
            made.state(ChildPair.State.REPLACED);
        } else if (old.filter(pair -> pair.state() == ChildPair.State.REKEYING).isPresent()) {
            own.replies().crossedBy(made);
        } else {
            old.filter(ChildPair::inUse).ifPresent(pair -> pair.state(ChildPair.State.REPLACED));
        }
        return made;
    }

    private List<Payload> followUp(Message request, long nowNanos) {
        Optional<FollowUps.Found> found = followUps.find(request);
        if (found.isEmpty() || !sa.live()) {
            return List.of(Payload.Notify.of(NotifyType.STATE_NOT_FOUND));
        }
        return switch (found.get().begun()) {
            case FollowUps.Begun.Child child -> {
                FollowUpResponder.Reply<NewChild> reply = child.rest().answer(request);
                if (reply instanceof FollowUpResponder.Reply.Finished<NewChild>(NewChild made, var payloads)) {
                    followUps.finished(child);
                    childMade(made, child.basis(), child.old(), found.get().crossedBy(), nowNanos);
                } else if (reply instanceof FollowUpResponder.Reply.Refused<NewChild> refused) {
                    followUps.refused(child);
                    peer.failed("IKE_FOLLOWUP_KE", "refused by us: " + refused.detail(), false);
                }
                yield reply.payloads();
            }
            case FollowUps.Begun.Ike ike -> {
                FollowUpResponder.Reply<NewIkeSa> reply = ike.rest().answer(request);
                if (reply instanceof FollowUpResponder.Reply.Finished<NewIkeSa>(NewIkeSa made, var payloads)) {
                    followUps.finished(ike);
                    ikeMade(made, nowNanos);
                } else if (reply instanceof FollowUpResponder.Reply.Refused<NewIkeSa> refused) {
                    followUps.refused(ike);
                    peer.failed("IKE_FOLLOWUP_KE", "refused by us: " + refused.detail(), false);
                }
                yield reply.payloads();
            }
        };
    }

    private List<Payload> rekeyIke(Message request, long nowNanos) {
        Answer answer = RekeyCollision.answer(Wish.REKEY_IKE, ChildCondition.NONE_NAMED, own.condition());
        if (answer != Answer.AS_USUAL && answer != Answer.AS_USUAL_THEN_COMPARE) {
            return List.of(Payload.Notify.of(NotifyType.TEMPORARY_FAILURE));
        }
        long spi = env.ikeSpis().reserve();
        RekeyIkeReply reply = RekeyIkeOffer.answer(request, peer.config().ikeProposals(), spi, sa.keys(), env.random());
        switch (reply) {
            case RekeyIkeReply.Refused(NotifyType type, var data, String detail) -> {
                env.ikeSpis().release(spi);
                if (!type.equals(NotifyType.INVALID_KE_PAYLOAD)) {
                    peer.failed("CREATE_CHILD_SA", "refused by us: " + detail, false);
                }
            }
            case RekeyIkeReply.MoreKeys(var rest, var payloads) ->
                followUps.add(new FollowUps.Begun.Ike(rest, spi), nowNanos);
            case RekeyIkeReply.Accepted(NewIkeSa made, var payloads) -> ikeMade(made, nowNanos);
        }
        return reply.payloads();
    }

    /** Takes in the IKE SA that the peer's rekeying has made; which one lives is open as long as ours is under way. */
    private void ikeMade(NewIkeSa made, long nowNanos) {
        boolean crossing = own.condition() == RekeyCollision.IkeCondition.REKEYING;
        SaState initial = crossing ? new SaState.Standby() : new SaState.Live();
        IkeSa next = sa.rekeyed(made, peer.config().ikeProposals(), initial, nowNanos);
        if (crossing) {
            own.replies().crossedBy(next, made.lowestNonce());
        } else {
            sa.supersede(next, nowNanos);
        }
    }
}
