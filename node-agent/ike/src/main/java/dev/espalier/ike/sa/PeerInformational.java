package dev.espalier.ike.sa;

import dev.espalier.ike.exchange.Abilities;
import dev.espalier.ike.exchange.AddressUpdate;
import dev.espalier.ike.exchange.InformationalExchange;
import dev.espalier.ike.exchange.RekeyCollision;
import dev.espalier.ike.exchange.RekeyCollision.Answer;
import dev.espalier.ike.exchange.RekeyCollision.ChildCondition;
import dev.espalier.ike.exchange.RekeyCollision.Wish;
import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.NotifyType;
import dev.espalier.ike.message.Payload;
import dev.espalier.wire.ip.UdpPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Answers INFORMATIONAL requests: DELETE, liveness, changed addresses, what the peer tells of itself (RFC 7296 1.4, RFC 4555). */
final class PeerInformational {
    private final Environment env;
    private final Peer peer;
    private final IkeSa sa;
    private final OwnRequests own;

    PeerInformational(Environment env, Peer peer, IkeSa sa, OwnRequests own) {
        this.env = env;
        this.peer = peer;
        this.sa = sa;
        this.own = own;
    }

    List<Payload> answer(Message request, UdpPath from, long nowNanos) {
        InformationalExchange.Wishes wishes = InformationalExchange.Wishes.of(request);
        if (wishes.deleteIke() || wishes.authenticationFailed()) {
            end(wishes.deleteIke() ? "deleted by peer" : "peer could not authenticate us", nowNanos);
            return List.of();
        }
        sa.told(Abilities.of(request), nowNanos);
        if (sa.origin().mobike()) {
            List<Payload> addresses = AddressUpdate.answer(
                    request, sa.requestHeader(request.header().exchange(), 0), from);
            if (!addresses.isEmpty()) {
                addressesUpdated(request, from, nowNanos);
                return addresses;
            }
        }
        List<Integer> spisIn = new ArrayList<>();
        for (int spiOut : wishes.children()) {
            peer.children().byOutboundSpi(spiOut).ifPresent(pair -> deleteChild(pair, spisIn, nowNanos));
        }
        return InformationalExchange.deleteChildren(spisIn);
    }

    private void end(String reason, long nowNanos) {
        if (RekeyCollision.answer(Wish.DELETE_IKE, ChildCondition.NONE_NAMED, own.condition())
                == Answer.AS_USUAL_FORGET_OWN) {
            Optional<IkeSa> crossing =
                    own.replies().crossingSa().filter(theirs -> theirs.state() instanceof SaState.Standby);
            if (crossing.isPresent()) {
                // The peer did not see our rekeying: its own is the one that counts (RFC 7296 2.8.2).
                crossing.get().activate();
                sa.supersede(crossing.get(), nowNanos);
            }
        }
        boolean live = sa.live();
        sa.vanish(reason, nowNanos);
        if (live) {
            peer.deletedByPeer(reason, nowNanos);
        }
    }

    private void addressesUpdated(Message request, UdpPath from, long nowNanos) {
        if (request.notification(NotifyType.UPDATE_SA_ADDRESSES).isEmpty()
                || AddressUpdate.natForbidden(request, from)) {
            return;
        }
        AddressUpdate.localBehindNat(request, from).ifPresent(sa::localBehindNat);
        sa.follow(from);
        sa.want(new Task.ProveRoute(AddressUpdate.cookie(env.random())), nowNanos);
        if (AddressUpdate.remoteBehindNat(request, from) && !sa.encapsulated()) {
            peer.replace("a NAT has come in between, and ESP has to go in UDP", nowNanos);
        }
    }

    private void deleteChild(ChildPair pair, List<Integer> spisIn, long nowNanos) {
        ChildCondition condition = switch (pair.state()) {
            case LIVE, REPLACED -> ChildCondition.LIVE;
            case REKEYING -> ChildCondition.REKEYING;
            case DELETING, LINGERING -> ChildCondition.DELETING;
        };
        boolean replaced = pair.state() == ChildPair.State.REPLACED;
        if (RekeyCollision.answer(Wish.DELETE_CHILD, condition, own.condition()) == Answer.AS_USUAL) {
            spisIn.add(pair.spiIn());
        }
        peer.children().retire(pair, true, replaced ? "replaced" : "deleted by peer", nowNanos);
    }
}
