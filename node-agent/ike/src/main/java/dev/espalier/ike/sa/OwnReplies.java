package dev.espalier.ike.sa;

import dev.espalier.ike.exchange.AddressUpdate;
import dev.espalier.ike.exchange.ChildAnswer;
import dev.espalier.ike.exchange.ChildOffer;
import dev.espalier.ike.exchange.FollowUpOffer;
import dev.espalier.ike.exchange.NewChild;
import dev.espalier.ike.exchange.NewIkeSa;
import dev.espalier.ike.exchange.RekeyCollision;
import dev.espalier.ike.exchange.RekeyIkeAnswer;
import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.NotifyType;
import dev.espalier.ike.proposal.Proposal;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;
import java.util.List;
import java.util.Optional;

/** What follows from the peer's replies to our requests, crossing requests included (RFC 7296 2.8.1, 2.8.2, 2.25). */
final class OwnReplies {
    private final Environment env;
    private final Peer peer;
    private final IkeSa sa;
    private final TaskQueue tasks;
    private final FollowUps followUps;
    /** A pair that the peer made by a request that crossed the one of ours that is out. */
    private Optional<ChildPair> crossingPair = Optional.empty();

    private record CrossingSa(IkeSa sa, Octets lowestNonce) {}

    private Optional<CrossingSa> crossingSa = Optional.empty();

    OwnReplies(Environment env, Peer peer, IkeSa sa, TaskQueue tasks, FollowUps followUps) {
        this.env = env;
        this.peer = peer;
        this.sa = sa;
        this.tasks = tasks;
        this.followUps = followUps;
    }

    void crossedBy(ChildPair theirs) {
        crossingPair = Optional.of(theirs);
    }

    void crossedBy(IkeSa theirs, Octets lowestNonce) {
        crossingSa = Optional.of(new CrossingSa(theirs, lowestNonce));
    }

    /** The SA of a crossing rekeying that the peer has finished, which is over for us when it deletes this one (RFC 7296 2.8.2). */
    Optional<IkeSa> crossingSa() {
        return crossingSa.map(CrossingSa::sa);
    }

    void forgetCrossing() {
        crossingPair = Optional.empty();
        crossingSa = Optional.empty();
    }

    /** Returns the request that goes on with the one that was answered, which is to be sent before anything else; empty when it is over. */
    Optional<OwnRequest.Finish> read(OwnRequest request, Message response, long nowNanos) {
        if (sa.state() instanceof SaState.Closing
                && (request instanceof OwnRequest.MakeChild || request instanceof OwnRequest.FinishChild)) {
            // Our DELETE of the IKE SA takes with it what the peer has just made; taken in now, it would outlive it
            // (IKE-29).
            request.abandon(env);
            tasks.done();
            forgetCrossing();
            return Optional.empty();
        }
        Optional<OwnRequest.Finish> next = switch (request) {
            case OwnRequest.MakeChild make -> child(make, make.offer().read(response, sa.keys()), nowNanos);
            case OwnRequest.FinishChild finish -> finishChild(finish, response, nowNanos);
            case OwnRequest.RekeyIke rekey -> ike(rekey, rekey.offer().read(response, sa.keys()), nowNanos);
            case OwnRequest.FinishIke finish -> finishIke(finish, response, nowNanos);
            case OwnRequest.DeleteChild(int spiIn) -> {
                tasks.done();
                peer.children()
                        .byInboundSpi(spiIn)
                        .ifPresent(pair -> peer.children().retire(pair, true, "replaced", nowNanos));
                yield Optional.empty();
            }
            case OwnRequest.Tell tell -> {
                tasks.done();
                yield Optional.empty();
            }
            case OwnRequest.UpdateAddresses(UdpPath path) -> {
                tasks.done();
                addressesUpdated(response, path, nowNanos);
                yield Optional.empty();
            }
            case OwnRequest.ProveRoute(Octets cookie) -> {
                tasks.done();
                if (!AddressUpdate.proves(response, cookie)) {
                    sa.close("peer did not prove its address", nowNanos);
                }
                yield Optional.empty();
            }
            case OwnRequest.CheckLiveness check -> {
                tasks.done();
                yield Optional.empty();
            }
            case OwnRequest.GivenUp given -> {
                tasks.done();
                given.abandon(env);
                if (response.error().isEmpty()) {
                    given.spiIn().ifPresent(spiIn -> sa.want(new Task.DeleteChild(spiIn), nowNanos));
                }
                yield Optional.empty();
            }
            case OwnRequest.CloseIke close -> {
                tasks.done();
                peer.retireChildren(sa, "IKE SA closed", nowNanos);
                sa.dispose();
                yield Optional.empty();
            }
        };
        if (next.isEmpty()) {
            forgetCrossing();
        }
        return next;
    }

    private void addressesUpdated(Message response, UdpPath path, long nowNanos) {
        if (response.error().isPresent()) {
            // A fresh IKE SA finds out what the peer is content with.
            peer.replace("peer answered " + response.error().get().notifyType() + " to an address", nowNanos);
        } else if (path.equals(sa.path())) {
            AddressUpdate.localBehindNat(response, path).ifPresent(sa::localBehindNat);
            if (sa.localBehindNat() && !sa.encapsulated()) {
                peer.replace("a NAT has come in between, and ESP has to go in UDP", nowNanos);
            }
        } else {
            sa.want(new Task.UpdateAddresses(), nowNanos);
        }
    }

    private Optional<OwnRequest.Finish> finishChild(OwnRequest.FinishChild finish, Message response, long nowNanos) {
        ChildAnswer answer;
        switch (finish.rest().read(response)) {
            case FollowUpOffer.Answer.More<NewChild> more -> {
                return Optional.of(finish);
            }
            case FollowUpOffer.Answer.Finished<NewChild>(NewChild made) -> answer = new ChildAnswer.Accepted(made);
            case FollowUpOffer.Answer.Refused<NewChild>(NotifyType type) -> answer = new ChildAnswer.Refused(type);
            case FollowUpOffer.Answer.Unusable<NewChild>(String reason) -> answer = new ChildAnswer.Unusable(reason);
        }
        finish.rest().close();
        return child(finish.begun(), answer, nowNanos);
    }

    private Optional<OwnRequest.Finish> finishIke(OwnRequest.FinishIke finish, Message response, long nowNanos) {
        RekeyIkeAnswer answer;
        switch (finish.rest().read(response)) {
            case FollowUpOffer.Answer.More<NewIkeSa> more -> {
                return Optional.of(finish);
            }
            case FollowUpOffer.Answer.Finished<NewIkeSa>(NewIkeSa made) -> answer = new RekeyIkeAnswer.Accepted(made);
            case FollowUpOffer.Answer.Refused<NewIkeSa>(NotifyType type) -> answer = new RekeyIkeAnswer.Refused(type);
            case FollowUpOffer.Answer.Unusable<NewIkeSa>(String reason) -> answer = new RekeyIkeAnswer.Unusable(reason);
        }
        finish.rest().close();
        return ike(finish.begun(), answer, nowNanos);
    }

    private Optional<OwnRequest.Finish> child(OwnRequest.MakeChild request, ChildAnswer answer, long nowNanos) {
        ChildOffer offer = request.offer();
        Optional<ChildPair> old = offer.rekeyedSpiIn().isPresent()
                ? peer.children().byInboundSpi(offer.rekeyedSpiIn().getAsInt())
                : Optional.empty();
        switch (answer) {
            case ChildAnswer.Accepted(NewChild child) -> {
                tasks.done();
                accepted(child, request.basis(), old, nowNanos);
            }
            case ChildAnswer.MoreKeys(FollowUpOffer<NewChild> rest) -> {
                offer.close();
                return Optional.of(new OwnRequest.FinishChild(rest, request));
            }
            case ChildAnswer.OtherMethodAsked(int method)
            when crossingPair.isPresent() -> {
                env.espSpis().release(offer.spiIn());
                refused(NotifyType.INVALID_KE_PAYLOAD, old, nowNanos);
            }
            case ChildAnswer.OtherMethodAsked(int method) -> {
                env.espSpis().release(offer.spiIn());
                old.filter(pair -> pair.state() == ChildPair.State.REKEYING)
                        .ifPresent(pair -> pair.state(ChildPair.State.LIVE));
                tasks.again(method, nowNanos);
            }
            case ChildAnswer.Refused(NotifyType type) -> {
                env.espSpis().release(offer.spiIn());
                refused(type, old, nowNanos);
            }
            case ChildAnswer.Unusable(String reason) -> {
                env.espSpis().release(offer.spiIn());
                old.filter(pair -> pair.state() == ChildPair.State.REKEYING)
                        .ifPresent(pair -> pair.state(ChildPair.State.LIVE));
                failed(reason, nowNanos);
                sa.want(new Task.DeleteChild(offer.spiIn()), nowNanos);
            }
        }
        offer.close();
        return Optional.empty();
    }

    private void accepted(NewChild child, ChildBasis basis, Optional<ChildPair> old, long nowNanos) {
        ChildBook book = peer.children();
        ChildPair made =
                book.add(child, sa, basis, old.map(pair -> pair.rekeys() + 1).orElse(0), nowNanos);
        Optional<ChildPair> crossing = crossingPair.filter(ChildPair::inUse);
        if (crossing.isPresent()
                && RekeyCollision.ownIsRedundant(
                        made.lowestNonce(), crossing.get().lowestNonce())) {
            made.state(ChildPair.State.DELETING);
            sa.want(new Task.DeleteChild(made.spiIn()), nowNanos);
            old.filter(ChildPair::inUse).ifPresent(pair -> pair.state(ChildPair.State.REPLACED));
            return;
        }
        book.use(made);
        crossing.ifPresent(pair -> pair.state(ChildPair.State.REPLACED));
        peer.childMade(made, old);
        followUps.crossedBy(made, old);
        old.filter(ChildPair::inUse).ifPresent(pair -> {
            pair.state(ChildPair.State.DELETING);
            sa.want(new Task.DeleteChild(pair.spiIn()), nowNanos);
        });
    }

    private void refused(NotifyType type, Optional<ChildPair> old, long nowNanos) {
        if (crossingPair.isPresent()) {
            // The peer had finished its own rekeying before it saw ours: that one counts, and the peer deletes the old
            // pair.
            tasks.done();
            old.filter(ChildPair::inUse).ifPresent(pair -> pair.state(ChildPair.State.REPLACED));
            return;
        }
        if (type.equals(NotifyType.CHILD_SA_NOT_FOUND)) {
            tasks.done();
            old.ifPresent(pair -> peer.children().retire(pair, false, "unknown to the peer", nowNanos));
            if (!peer.children().anyInUse(sa)) {
                sa.want(new Task.CreateChild(), nowNanos);
            }
            return;
        }
        old.filter(pair -> pair.state() == ChildPair.State.REKEYING)
                .ifPresent(pair -> pair.state(ChildPair.State.LIVE));
        if (type.equals(NotifyType.NO_ADDITIONAL_SAS)) {
            tasks.done();
            peer.replace("peer takes no more child SAs", nowNanos);
        } else if (type.equals(NotifyType.TEMPORARY_FAILURE)) {
            if (tasks.refused(nowNanos)) {
                peer.replace("peer refused for too long", nowNanos);
            }
        } else {
            failed("peer answered " + type, nowNanos);
        }
    }

    private void failed(String reason, long nowNanos) {
        tasks.refused(nowNanos);
        peer.failed("CREATE_CHILD_SA", reason, true);
    }

    private Optional<OwnRequest.Finish> ike(OwnRequest.RekeyIke request, RekeyIkeAnswer answer, long nowNanos) {
        switch (answer) {
            case RekeyIkeAnswer.Accepted(NewIkeSa made) -> {
                request.offer().close();
                tasks.done();
                ikeRekeyed(made, request.basis(), nowNanos);
            }
            case RekeyIkeAnswer.MoreKeys(FollowUpOffer<NewIkeSa> rest) -> {
                return Optional.of(new OwnRequest.FinishIke(rest, request));
            }
            case RekeyIkeAnswer.OtherMethodAsked(int method)
            when crossingSa.isPresent() -> {
                request.abandon(env);
                ikeRefused("peer asked for another key exchange", false, nowNanos);
            }
            case RekeyIkeAnswer.OtherMethodAsked(int method) -> {
                request.abandon(env);
                tasks.again(method, nowNanos);
            }
            case RekeyIkeAnswer.Refused(NotifyType type) -> {
                request.abandon(env);
                ikeRefused("peer answered " + type, !type.equals(NotifyType.TEMPORARY_FAILURE), nowNanos);
            }
            case RekeyIkeAnswer.Unusable(String reason) -> {
                request.abandon(env);
                ikeRefused(reason, true, nowNanos);
            }
        }
        return Optional.empty();
    }

    private void ikeRekeyed(NewIkeSa made, List<Proposal> basis, long nowNanos) {
        if (sa.state() instanceof SaState.Closing) {
            // The peer has moved the children to the new one already: that has to be deleted as well.
            sa.rekeyed(made, basis, new SaState.Standby(), nowNanos).close("redundant", nowNanos);
            return;
        }
        if (crossingSa.isPresent() && crossingSa.get().sa().state() instanceof SaState.Standby) {
            CrossingSa theirs = crossingSa.get();
            if (RekeyCollision.ownIsRedundant(made.lowestNonce(), theirs.lowestNonce())) {
                theirs.sa().activate();
                sa.supersede(theirs.sa(), nowNanos);
                sa.rekeyed(made, basis, new SaState.Standby(), nowNanos).close("redundant", nowNanos);
                return;
            }
        }
        IkeSa next = sa.rekeyed(made, basis, new SaState.Live(), nowNanos);
        sa.supersede(next, nowNanos);
        sa.want(new Task.CloseIke(), nowNanos);
    }

    private void ikeRefused(String reason, boolean report, long nowNanos) {
        Optional<IkeSa> theirs = crossingSa();
        if (theirs.isPresent() && theirs.get().state() instanceof SaState.Standby) {
            tasks.done();
            theirs.get().activate();
            sa.supersede(theirs.get(), nowNanos);
            return;
        }
        if (tasks.refused(nowNanos)) {
            peer.replace("peer refused rekeying for too long", nowNanos);
        }
        if (report) {
            peer.failed("CREATE_CHILD_SA", reason, true);
        }
    }
}
