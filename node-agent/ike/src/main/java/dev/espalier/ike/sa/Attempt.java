package dev.espalier.ike.sa;

import dev.espalier.ike.Now;
import dev.espalier.ike.PeerAuthentication;
import dev.espalier.ike.PeerAuthentication.OwnProof;
import dev.espalier.ike.PeerConfig;
import dev.espalier.ike.auth.PeerVerdict;
import dev.espalier.ike.crypto.KeyExchange;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.ike.exchange.Abilities;
import dev.espalier.ike.exchange.AuthExchange;
import dev.espalier.ike.exchange.ChildAnswer;
import dev.espalier.ike.exchange.ChildOffer;
import dev.espalier.ike.exchange.InformationalExchange;
import dev.espalier.ike.exchange.InitAnswer;
import dev.espalier.ike.exchange.InitOffer;
import dev.espalier.ike.exchange.InitResult;
import dev.espalier.ike.exchange.IntermediateExchange;
import dev.espalier.ike.message.Decoded;
import dev.espalier.ike.message.ExchangeType;
import dev.espalier.ike.message.IkeHeader;
import dev.espalier.ike.message.IntermediateOctets;
import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.NotifyType;
import dev.espalier.ike.message.Opened;
import dev.espalier.ike.message.Payload;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpEndpoint;
import dev.espalier.wire.ip.UdpPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Our own attempt at an IKE SA with one peer (RFC 7296 1.2), from IKE_SA_INIT until the peer has authenticated.
 *
 * <pre>
 *   InitSent ──COOKIE, INVALID_KE_PAYLOAD──▶ InitSent ──SAr1──▶ [IntermediateSent ─▶ ..] AuthSent ──AUTH verified──▶ IkeSa
 *      └──────────refusal, no answer──────────┴──────────────────────┴──▶ failed; the Peer tries again later
 * </pre>
 */
public final class Attempt implements Party {
    private sealed interface Stage {
        /** @param request as sent */
        record InitSent(InitOffer offer, Octets request, int rounds) implements Stage {}

        /** @param sentOctets what IntAuth covers of the request */
        record IntermediateSent(
                InitResult init, SkChannel channel, KeyExchange.Offer offer, Octets sentOctets, UdpPath path)
                implements Stage {}

        record AuthSent(
                InitResult init,
                SkChannel channel,
                Optional<ChildOffer> child,
                OwnProof own,
                PeerAuthentication authentication,
                UdpPath path)
                implements Stage {}

        record Over() implements Stage {}
    }

    private record Refusal(String reason, long believedAtNanos) {}

    private final Environment env;
    private final Peer peer;
    private final PeerConfig config;
    private final ChildBasis childBasis;
    private final long spi;
    private final long started;
    private final UdpPath initPath;
    private final boolean replacement;
    private Stage stage;
    private Retransmission repetition;
    private Optional<Refusal> refusal = Optional.empty();

    /**
     * Sends the first request.
     *
     * @param replacement whether there is an IKE SA already that this one is to replace
     */
    Attempt(Environment env, Peer peer, UdpPath path, boolean replacement, long nowNanos) {
        this.env = env;
        this.peer = peer;
        this.config = peer.config();
        this.childBasis = ChildBasis.of(config);
        this.spi = env.ikeSpis().reserve();
        this.started = env.nextSequence();
        this.initPath = path;
        this.replacement = replacement;
        InitOffer offer = new InitOffer(spi, config.ikeProposals(), path, config.forceUdpEncapsulation(), env.random());
        this.stage = new Stage.InitSent(offer, offer.request(), 0);
        this.repetition = new Retransmission(offer.request(), env.config().retransmission(), nowNanos);
        env.ikeSpis().bind(spi, this);
        env.out().send(path, repetition.datagrams());
    }

    @Override
    public Optional<Peer> owner() {
        return Optional.of(peer);
    }

    /** Whether it can end without the peer having an IKE SA that we don't know of. */
    boolean harmlessToDrop() {
        return !replacement && stage instanceof Stage.InitSent;
    }

    /** Takes a reply to IKE_SA_INIT, of which nothing is authenticated. */
    public void receiveInit(Decoded.Cleartext received, UdpPath from, Now now) {
        env.touch(peer);
        if (!(stage instanceof Stage.InitSent sent)
                || !from.remote().address().equals(initPath.remote().address())) {
            env.out()
                    .dropped(
                            "response not awaited",
                            from,
                            received.message().header().toString());
            return;
        }
        switch (sent.offer().read(sent.request(), received.message(), received.raw(), from)) {
            case InitAnswer.Accepted(InitResult init) -> {
                sent.offer().close();
                proceed(init, now.nanos());
            }
            case InitAnswer.CookieAsked(Octets cookie) -> {
                sent.offer().useCookie(cookie);
                repeat(sent, now.nanos());
            }
            case InitAnswer.OtherMethodAsked(int method) -> {
                sent.offer().useMethod(method);
                repeat(sent, now.nanos());
            }
            case InitAnswer.Refused(NotifyType type) -> {
                if (refusal.isEmpty()) {
                    long grace = env.config().attempt().refusalGrace().toNanos();
                    refusal = Optional.of(new Refusal("peer answered " + type, now.nanos() + grace));
                }
            }
            case InitAnswer.Unusable(String reason) -> env.out().dropped("IKE_SA_INIT reply", from, reason);
        }
    }

    private void repeat(Stage.InitSent sent, long nowNanos) {
        if (sent.rounds() == env.config().attempt().initRounds()) {
            fail("IKE_SA_INIT", "peer asks for ever more rounds of COOKIE or INVALID_KE_PAYLOAD", nowNanos);
            return;
        }
        Octets request = sent.offer().request();
        stage = new Stage.InitSent(sent.offer(), request, sent.rounds() + 1);
        repetition = new Retransmission(request, env.config().retransmission(), nowNanos);
        env.out().send(initPath, repetition.datagrams());
    }

    private void proceed(InitResult init, long nowNanos) {
        boolean nat = init.localBehindNat() || init.remoteBehindNat() || config.forceUdpEncapsulation();
        UdpPath path = nat ? floated(initPath) : initPath;
        env.logKeys(init.spiInitiator(), init.spiResponder(), init.keys());
        SkChannel channel = stage instanceof Stage.IntermediateSent before
                ? before.channel().next(init.keys(), true, env)
                : new SkChannel(init.keys(), true, init.peerFragments(), env);
        if (init.nextAdditional().isPresent()) {
            exchangeKeys(init, channel, path, nowNanos);
        } else {
            authenticate(init, channel, path, nowNanos);
        }
    }

    /** One additional key exchange (RFC 9370 2.2.2). */
    private void exchangeKeys(InitResult init, SkChannel channel, UdpPath path, long nowNanos) {
        KeyExchange.Offer offer = IntermediateExchange.begin(init, env.random());
        Message request = new Message(header(init, ExchangeType.IKE_INTERMEDIATE), IntermediateExchange.request(offer));
        stage = new Stage.IntermediateSent(init, channel, offer, IntermediateOctets.of(request), path);
        send(channel, request, path, nowNanos);
    }

    private void authenticate(InitResult init, SkChannel channel, UdpPath path, long nowNanos) {
        Optional<Authentications> authentications = env.authentications();
        Optional<ChildOffer> child = env.config().extensions().childless() && init.peerChildless()
                ? Optional.empty()
                : Optional.of(ChildOffer.inAuth(config, env.espSpis().reserve(), env.random()));
        List<Payload> payloads = new ArrayList<>(child.map(ChildOffer::payloads).orElse(List.of()));
        payloads.addAll(env.abilities(spi, init.spiResponder()).payloads());
        PeerAuthentication authentication = config.authentication();
        OwnProof own = authentications.orElseThrow().own(authentication);
        AuthExchange.Proof proof = AuthExchange.request(
                init,
                own,
                authentication.remoteIdentity(),
                authentications.get().anchors(authentication),
                !peer.contacted(),
                payloads,
                env.random());
        stage = new Stage.AuthSent(init, channel, child, own, authentication, path);
        switch (proof) {
            case AuthExchange.Proof.Impossible(String reason) -> fail("IKE_AUTH", reason, nowNanos);
            case AuthExchange.Proof.Ready(List<Payload> all) ->
                send(channel, new Message(header(init, ExchangeType.IKE_AUTH), all), path, nowNanos);
        }
    }

    private IkeHeader header(InitResult init, ExchangeType exchange) {
        return new IkeHeader(spi, init.spiResponder(), exchange, true, false, init.nextId());
    }

    private void send(SkChannel channel, Message request, UdpPath path, long nowNanos) {
        repetition = new Retransmission(channel, request, path, env.config().retransmission(), nowNanos);
        refusal = Optional.empty();
        env.out().send(path, repetition.datagrams());
    }

    /** From now on both ends use the port for NAT traversal (RFC 7296 2.23). */
    private UdpPath floated(UdpPath path) {
        int port = env.config().natPort();
        return new UdpPath(
                new UdpEndpoint(path.local().address(), port),
                new UdpEndpoint(path.remote().address(), port));
    }

    @Override
    public void receive(Decoded.Protected received, UdpPath from, Now now) {
        env.touch(peer);
        switch (stage) {
            case Stage.IntermediateSent sent
            when awaited(received.header(), sent.init(), ExchangeType.IKE_INTERMEDIATE) -> {
                if (open(sent.channel(), received, from, now) instanceof Opened.Complete complete) {
                    keysExchanged(sent, received, complete, now);
                }
            }
            case Stage.AuthSent sent
            when awaited(received.header(), sent.init(), ExchangeType.IKE_AUTH) -> {
                if (open(sent.channel(), received, from, now) instanceof Opened.Complete complete) {
                    finish(sent, complete.message(), now);
                }
            }
            case Stage.InitSent s -> notAwaited(received, from);
            case Stage.IntermediateSent s -> notAwaited(received, from);
            case Stage.AuthSent s -> notAwaited(received, from);
            case Stage.Over s -> notAwaited(received, from);
        }
    }

    private void notAwaited(Decoded.Protected received, UdpPath from) {
        env.out().dropped("before authentication", from, received.header().toString());
    }

    private static boolean awaited(IkeHeader header, InitResult init, ExchangeType exchange) {
        return header.response()
                && !header.fromInitiator()
                && header.exchange().equals(exchange)
                && header.messageId() == init.nextId()
                && header.spiResponder() == init.spiResponder();
    }

    private Opened open(SkChannel channel, Decoded.Protected received, UdpPath from, Now now) {
        Opened opened = channel.open(received, now.nanos());
        switch (opened) {
            case Opened.Complete complete -> {}
            case Opened.Pending pending -> {}
            case Opened.ProtectedError error ->
                fail(exchangeName(), "peer's response is wrong: " + error.detail(), now.nanos());
            case Opened.UnprotectedError error -> env.out().dropped(error.reason(), from, error.detail());
        }
        return opened;
    }

    private void keysExchanged(
            Stage.IntermediateSent sent, Decoded.Protected received, Opened.Complete complete, Now now) {
        switch (IntermediateExchange.read(sent.offer(), complete.message())) {
            case IntermediateExchange.Answer.Failed(String reason) -> fail(exchangeName(), reason, now.nanos());
            case IntermediateExchange.Answer.Agreed(Secret shared) -> {
                InitResult next;
                try (shared) {
                    next = sent.init().after(shared, sent.sentOctets(), IntermediateOctets.of(received, complete));
                }
                proceed(next, now.nanos());
                release(sent);
            }
        }
    }

    private static void release(Stage.IntermediateSent sent) {
        sent.offer().close();
        sent.channel().close();
        sent.init().keys().keys().close();
    }

    private void finish(Stage.AuthSent sent, Message response, Now now) {
        Optional<Payload.Notify> error = response.error();
        if (error.isPresent() && response.first(Payload.Authentication.class).isEmpty()) {
            fail("IKE_AUTH", "peer answered " + error.get().notifyType(), now.nanos());
            return;
        }
        PeerVerdict verdict = AuthExchange.verify(
                sent.init(),
                false,
                response,
                sent.authentication().remoteIdentity(),
                env.authentications().orElseThrow().check(sent.authentication()),
                now.wall());
        switch (verdict) {
            case PeerVerdict.Refused(String reason) -> {
                IkeHeader header = new IkeHeader(
                        spi,
                        sent.init().spiResponder(),
                        ExchangeType.INFORMATIONAL,
                        true,
                        false,
                        sent.init().nextId() + 1);
                env.out()
                        .send(
                                sent.path(),
                                sent.channel()
                                        .seal(
                                                new Message(header, InformationalExchange.authenticationFailed()),
                                                sent.path()));
                fail("IKE_AUTH", reason, now.nanos());
            }
            case PeerVerdict.Authenticated authenticated -> establish(sent, response, authenticated, now);
        }
    }

    private void establish(Stage.AuthSent sent, Message response, PeerVerdict.Authenticated verdict, Now now) {
        InitResult init = sent.init();
        Abilities abilities = Abilities.of(response);
        IkeSaOrigin origin = new IkeSaOrigin(
                init.spiInitiator(),
                init.spiResponder(),
                true,
                init.keys(),
                sent.channel(),
                sent.path(),
                init.localBehindNat(),
                sent.path().local().port() != env.config().ikePort(),
                Authentications.made(verdict, sent.own(), sent.authentication(), now),
                env.nextSequence(),
                0,
                new ReplyWindow(0, env.config().extensions().window()),
                init.nextId() + 1,
                env.config().extensions().mobike() && abilities.mobike());
        stage = new Stage.Over();
        IkeSa sa = new IkeSa(env, peer, origin, config.ikeProposals(), new SaState.Live(), now.nanos());
        peer.established(sa, started, now.nanos());
        sa.told(abilities, now.nanos());
        if (sent.child().isEmpty()) {
            sa.want(new Task.CreateChild(), now.nanos());
            return;
        }
        ChildOffer offer = sent.child().get();
        ChildAnswer answer = offer.readInAuth(response, init);
        if (answer instanceof ChildAnswer.Accepted(var child)) {
            ChildPair pair = peer.children().add(child, sa, childBasis, 0, now.nanos());
            peer.children().use(pair);
            peer.childMade(pair, Optional.empty());
            return;
        }
        env.espSpis().release(offer.spiIn());
        if (answer instanceof ChildAnswer.Unusable) {
            sa.want(new Task.DeleteChild(offer.spiIn()), now.nanos());
        }
        peer.failed("IKE_AUTH", "no child SA: " + answer, true);
    }

    void tick(long nowNanos) {
        if (stage instanceof Stage.Over) {
            return;
        }
        if (refusal.isPresent()) {
            if (refusal.get().believedAtNanos() - nowNanos <= 0) {
                fail("IKE_SA_INIT", refusal.get().reason(), nowNanos);
            }
            return;
        }
        switch (repetition.due(nowNanos)) {
            case NOT_YET -> {}
            case SEND_AGAIN -> env.out().send(currentPath(), repetition.datagrams());
            case GIVE_UP -> fail(exchangeName(), "no answer from " + initPath.remote(), nowNanos);
        }
    }

    private UdpPath currentPath() {
        return switch (stage) {
            case Stage.IntermediateSent sent -> sent.path();
            case Stage.AuthSent sent -> sent.path();
            case Stage.InitSent sent -> initPath;
            case Stage.Over over -> initPath;
        };
    }

    private String exchangeName() {
        return switch (stage) {
            case Stage.IntermediateSent sent -> "IKE_INTERMEDIATE";
            case Stage.AuthSent sent -> "IKE_AUTH";
            case Stage.InitSent sent -> "IKE_SA_INIT";
            case Stage.Over over -> "IKE_AUTH";
        };
    }

    long nextDeadlineNanos() {
        return refusal.map(Refusal::believedAtNanos).orElseGet(repetition::deadlineNanos);
    }

    private void fail(String exchange, String reason, long nowNanos) {
        abandon();
        peer.attemptFailed(exchange, reason, nowNanos);
    }

    @Override
    public void abort(String reason, Now now) {
        fail("IKE_SA_INIT or IKE_AUTH", reason, now.nanos());
    }

    /** Ends it without a word. */
    void abandon() {
        switch (stage) {
            case Stage.InitSent sent -> sent.offer().close();
            case Stage.IntermediateSent sent -> release(sent);
            case Stage.AuthSent sent -> {
                sent.child().ifPresent(child -> env.espSpis().release(child.spiIn()));
                sent.channel().close();
                sent.init().keys().keys().close();
            }
            case Stage.Over over -> {
                return;
            }
        }
        stage = new Stage.Over();
        env.ikeSpis().release(spi);
    }
}
