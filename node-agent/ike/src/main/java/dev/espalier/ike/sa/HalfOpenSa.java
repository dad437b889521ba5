package dev.espalier.ike.sa;

import dev.espalier.ike.IkeEvent;
import dev.espalier.ike.Now;
import dev.espalier.ike.PeerAuthentication;
import dev.espalier.ike.PeerAuthentication.OwnProof;
import dev.espalier.ike.PeerConfig;
import dev.espalier.ike.auth.Identity;
import dev.espalier.ike.auth.PeerVerdict;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.ike.exchange.Abilities;
import dev.espalier.ike.exchange.AuthExchange;
import dev.espalier.ike.exchange.ChildReply;
import dev.espalier.ike.exchange.ChildResponder;
import dev.espalier.ike.exchange.InitResult;
import dev.espalier.ike.exchange.IntermediateExchange;
import dev.espalier.ike.exchange.NewChild;
import dev.espalier.ike.message.Decoded;
import dev.espalier.ike.message.ExchangeType;
import dev.espalier.ike.message.IkeHeader;
import dev.espalier.ike.message.IntermediateOctets;
import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.NotifyType;
import dev.espalier.ike.message.Opened;
import dev.espalier.ike.message.Payload;
import dev.espalier.ike.proposal.ProposalSelection;
import dev.espalier.ike.proposal.SaProposal;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An IKE SA that a peer has begun: all that is done with it is to wait for the one IKE_AUTH that proves who began it, and the IKE_INTERMEDIATE exchanges before it (IKE-31, RFC 9242).
 */
public final class HalfOpenSa implements Party {
    private static final long FIRST_ID = 1;

    private final Environment env;
    private final long created;
    private final Runnable settled;
    private final ReplyWindow replies;
    private InitResult init;
    private SkChannel channel;
    /** Of the exchange before, whose request may come again. */
    private Optional<SkChannel> before = Optional.empty();

    private boolean over;

    /** @param settled to be run when it has authenticated, or failed to for good */
    public HalfOpenSa(Environment env, InitResult init, Runnable settled) {
        this.env = env;
        this.init = init;
        this.created = env.nextSequence();
        this.replies = new ReplyWindow(FIRST_ID, env.config().extensions().window());
        this.channel = new SkChannel(init.keys(), false, init.peerFragments(), env);
        this.settled = settled;
        env.ikeSpis().bind(init.spiResponder(), this);
        env.logKeys(init.spiInitiator(), init.spiResponder(), init.keys());
    }

    /** The reply to IKE_SA_INIT, for when that comes again (IKE-03). */
    public Octets initResponse() {
        return init.response();
    }

    @Override
    public Optional<Peer> owner() {
        return Optional.empty();
    }

    @Override
    public void receive(Decoded.Protected received, UdpPath from, Now now) {
        IkeHeader header = received.header();
        if (header.spiInitiator() != init.spiInitiator()
                || header.response()
                || !header.fromInitiator()
                || !(header.exchange().equals(ExchangeType.IKE_AUTH)
                        || header.exchange().equals(ExchangeType.IKE_INTERMEDIATE))) {
            env.out().dropped("before authentication", from, header.toString());
            return;
        }
        switch (replies.kind(header.messageId())) {
            case OUTSIDE -> env.out().dropped("message ID", from, header.toString());
            case REPEATED -> {
                if (channel.repeats(received)
                        || before.filter(c -> c.repeats(received)).isPresent()) {
                    env.out().send(from, replies.stored(header.messageId()).datagrams());
                }
            }
            case NEW -> {
                if (over) {
                    env.out().dropped("IKE SA closed", from, header.toString());
                } else if (header.exchange().equals(due()) && header.messageId() == init.nextId()) {
                    receiveNext(received, from, now);
                } else {
                    env.out().dropped("before authentication", from, header.toString());
                }
            }
        }
    }

    private ExchangeType due() {
        return init.nextAdditional().isPresent() ? ExchangeType.IKE_INTERMEDIATE : ExchangeType.IKE_AUTH;
    }

    private void receiveNext(Decoded.Protected received, UdpPath from, Now now) {
        switch (channel.open(received, now.nanos())) {
            case Opened.Complete complete -> {
                if (init.nextAdditional().isPresent()) {
                    exchangeKeys(received, complete, from);
                } else {
                    authenticate(complete.message(), from, now);
                }
            }
            case Opened.Pending pending -> {}
            case Opened.ProtectedError error ->
                refuse(error.notifyType(), error.data(), "", "request is wrong: " + error.detail(), from);
            case Opened.UnprotectedError error -> env.out().dropped(error.reason(), from, error.detail());
        }
    }

    /** One additional key exchange (RFC 9370 2.2.2); the reply still goes under the keys that it replaces. */
    private void exchangeKeys(Decoded.Protected received, Opened.Complete complete, UdpPath from) {
        switch (IntermediateExchange.answer(init, complete.message(), env.random())) {
            case IntermediateExchange.Reply.Refused refused ->
                refuse(refused.notifyType(), Octets.EMPTY, "", refused.detail(), from);
            case IntermediateExchange.Reply.Accepted(Secret shared, List<Payload> payloads) -> {
                Message response = answer(payloads, from);
                InitResult next;
                try (shared) {
                    next = init.after(
                            shared, IntermediateOctets.of(received, complete), IntermediateOctets.of(response));
                }
                before.ifPresent(SkChannel::close);
                before = Optional.of(channel);
                init.keys().keys().close();
                init = next;
                channel = channel.next(next.keys(), false, env);
                env.logKeys(next.spiInitiator(), next.spiResponder(), next.keys());
            }
        }
    }

    private void authenticate(Message request, UdpPath from, Now now) {
        Optional<Authentications> authentications = env.authentications();
        Optional<Identity> id = request.identification(true).map(Identity::of);
        Optional<Peer> peer = id.flatMap(env::peerOf);
        if (authentications.isEmpty() || peer.isEmpty()) {
            String who = id.map(Identity::toString).orElse("no identity");
            refuseAuthentication(
                    "", authentications.isEmpty() ? "no credentials" : "no peer is configured for " + who, from);
            return;
        }
        PeerConfig config = peer.get().config();
        PeerAuthentication authentication = config.authentication();
        OwnProof own = authentications.get().own(authentication);
        Optional<Payload.Identification> asked = request.identification(false);
        if (asked.isPresent() && !own.identity().matches(Identity.of(asked.get()))) {
            refuseAuthentication(config.name(), "peer wants to talk to " + Identity.of(asked.get()), from);
            return;
        }
        if (!covered(config)) {
            refuseAuthentication(config.name(), init.keys().suite() + " is not accepted from this peer", from);
            return;
        }
        PeerVerdict verdict = AuthExchange.verify(
                init,
                true,
                request,
                authentication.remoteIdentity(),
                authentications.get().check(authentication),
                now.wall());
        switch (verdict) {
            case PeerVerdict.Refused(String reason) -> refuseAuthentication(config.name(), reason, from);
            case PeerVerdict.Authenticated authenticated -> accept(request, peer.get(), own, authenticated, from, now);
        }
    }

    private void accept(
            Message request, Peer peer, OwnProof own, PeerVerdict.Authenticated verdict, UdpPath from, Now now) {
        int spiIn = env.espSpis().reserve();
        Optional<ChildReply> reply = request.first(Payload.Sa.class).isPresent()
                ? Optional.of(ChildResponder.answerInAuth(request, peer.config(), spiIn, init))
                : Optional.empty();
        Abilities abilities = Abilities.of(request);
        List<Payload> child = new ArrayList<>(reply.map(ChildReply::payloads).orElse(List.of()));
        child.addAll(answered(abilities).payloads());
        switch (AuthExchange.response(init, own, child, env.random())) {
            case AuthExchange.Proof.Impossible(String reason) -> {
                env.espSpis().release(spiIn);
                refuseAuthentication(peer.name(), reason, from);
            }
            case AuthExchange.Proof.Ready(List<Payload> payloads) -> {
                env.touch(peer);
                over = true;
                settled.run();
                before.ifPresent(SkChannel::close);
                before = Optional.empty();
                IkeSa sa = new IkeSa(
                        env,
                        peer,
                        origin(peer.config(), verdict, own, abilities.mobike(), from, now),
                        peer.config().ikeProposals(),
                        new SaState.Live(),
                        now.nanos());
                if (reply.isPresent() && reply.get() instanceof ChildReply.Accepted(NewChild made, var ignored)) {
                    ChildPair pair = peer.children().add(made, sa, ChildBasis.of(peer.config()), 0, now.nanos());
                    peer.childMade(pair, Optional.empty());
                } else {
                    env.espSpis().release(spiIn);
                }
                answer(payloads, from);
                sa.told(abilities, now.nanos());
                boolean initialContact =
                        request.notification(NotifyType.INITIAL_CONTACT).isPresent();
                peer.establishedByPeer(sa, created, initialContact, now.nanos());
                if (reply.isPresent() && reply.get() instanceof ChildReply.Refused refused) {
                    peer.failed("IKE_AUTH", "child SA refused by us: " + refused.detail(), false);
                }
            }
        }
    }

    /** A responder says that it knows MOBIKE only when the initiator does (RFC 4555 3.1). */
    private Abilities answered(Abilities theirs) {
        Abilities own = env.abilities(init.spiInitiator(), init.spiResponder());
        return new Abilities(own.mobike() && theirs.mobike(), own.window(), own.crashToken(), own.authLifetime());
    }

    private IkeSaOrigin origin(
            PeerConfig config, PeerVerdict.Authenticated verdict, OwnProof own, boolean mobike, UdpPath from, Now now) {
        boolean nat = init.localBehindNat() || init.remoteBehindNat();
        boolean floated = from.local().port() != env.config().ikePort();
        return new IkeSaOrigin(
                init.spiInitiator(),
                init.spiResponder(),
                false,
                init.keys(),
                channel,
                from,
                init.localBehindNat(),
                nat || (config.forceUdpEncapsulation() && floated),
                Authentications.made(verdict, own, config.authentication(), now),
                env.nextSequence(),
                0,
                replies,
                0,
                mobike && env.config().extensions().mobike());
    }

    private void refuseAuthentication(String peer, String reason, UdpPath from) {
        refuse(NotifyType.AUTHENTICATION_FAILED, Octets.EMPTY, peer, reason, from);
    }

    /** Ends it with a reason for operators and a poorer one for the peer (IKE-33). */
    private void refuse(NotifyType type, Octets data, String peer, String reason, UdpPath from) {
        over = true;
        settled.run();
        answer(List.of(Payload.Notify.of(type, data)), from);
        String who = peer.isEmpty() ? from.remote().toString() : peer;
        env.out().report(new IkeEvent.NegotiationFailed(who, "IKE_AUTH", reason, false));
    }

    private Message answer(List<Payload> payloads, UdpPath to) {
        IkeHeader header = new IkeHeader(init.spiInitiator(), init.spiResponder(), due(), false, true, init.nextId());
        Message response = new Message(header, payloads);
        SentReply reply = new SentReply(response, channel, to);
        replies.answered(init.nextId(), reply);
        env.out().send(to, reply.datagrams());
        return response;
    }

    /** Whether this peer's own proposals allow what was agreed on before it was known who it is. */
    private boolean covered(PeerConfig config) {
        SaProposal chosen = new SaProposal(1, Octets.EMPTY, init.chosen());
        return ProposalSelection.choose(List.of(chosen), config.ikeProposals()).isPresent();
    }

    @Override
    public void abort(String reason, Now now) {
        over = true;
        settled.run();
        env.out().report(new IkeEvent.NegotiationFailed("unknown", "IKE_AUTH", reason, false));
    }

    /** Its time is over. No effect on the IKE SA that may have come of it, which took over SPI and keys. */
    public void expire() {
        if (env.ikeSpis()
                .find(init.spiResponder())
                .filter(party -> party == this)
                .isPresent()) {
            env.ikeSpis().release(init.spiResponder());
            channel.close();
            before.ifPresent(SkChannel::close);
            init.keys().keys().close();
        }
    }
}
