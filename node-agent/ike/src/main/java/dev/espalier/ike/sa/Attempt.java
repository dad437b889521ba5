package dev.espalier.ike.sa;

import dev.espalier.ike.Now;
import dev.espalier.ike.PeerAuthentication;
import dev.espalier.ike.PeerAuthentication.OwnProof;
import dev.espalier.ike.PeerConfig;
import dev.espalier.ike.auth.PeerVerdict;
import dev.espalier.ike.exchange.AuthExchange;
import dev.espalier.ike.exchange.ChildAnswer;
import dev.espalier.ike.exchange.ChildOffer;
import dev.espalier.ike.exchange.InformationalExchange;
import dev.espalier.ike.exchange.InitAnswer;
import dev.espalier.ike.exchange.InitOffer;
import dev.espalier.ike.exchange.InitResult;
import dev.espalier.ike.message.Decoded;
import dev.espalier.ike.message.ExchangeType;
import dev.espalier.ike.message.IkeHeader;
import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.NotifyType;
import dev.espalier.ike.message.Opened;
import dev.espalier.ike.message.Payload;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpEndpoint;
import dev.espalier.wire.ip.UdpPath;
import java.util.List;
import java.util.Optional;

/**
 * Our own attempt at an IKE SA with one peer (RFC 7296 1.2), from IKE_SA_INIT until the peer has authenticated.
 *
 * <pre>
 *   InitSent ──COOKIE, INVALID_KE_PAYLOAD──▶ InitSent ──SAr1──▶ AuthSent ──AUTH verified──▶ IkeSa
 *      └──────────refusal, no answer──────────┴──────────────────────┴──▶ failed; the Peer tries again later
 * </pre>
 */
public final class Attempt implements Party {
    private static final long AUTH_ID = 1;

    private sealed interface Stage {
        /** @param request as sent */
        record InitSent(InitOffer offer, Octets request, int rounds) implements Stage {}

        record AuthSent(
                InitResult init,
                SkChannel channel,
                ChildOffer child,
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
        this.repetition =
                new Retransmission(List.of(offer.request()), env.config().retransmission(), nowNanos);
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
                authenticate(init, now.nanos());
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
        repetition = new Retransmission(List.of(request), env.config().retransmission(), nowNanos);
        env.out().send(initPath, repetition.datagrams());
    }

    private void authenticate(InitResult init, long nowNanos) {
        env.logKeys(init.spiInitiator(), init.spiResponder(), init.keys());
        Optional<Authentications> authentications = env.authentications();
        if (authentications.isEmpty()) {
            fail("IKE_AUTH", "no credentials", nowNanos);
            return;
        }
        boolean nat = init.localBehindNat() || init.remoteBehindNat() || config.forceUdpEncapsulation();
        UdpPath path = nat ? floated(initPath) : initPath;
        ChildOffer child = ChildOffer.inAuth(config, env.espSpis().reserve());
        PeerAuthentication authentication = config.authentication();
        OwnProof own = authentications.get().own(authentication);
        AuthExchange.Proof proof = AuthExchange.request(
                init,
                own,
                authentication.remoteIdentity(),
                authentications.get().anchors(authentication),
                !peer.contacted(),
                child.payloads(),
                env.random());
        SkChannel channel = new SkChannel(init.keys(), true, init.peerFragments(), env);
        stage = new Stage.AuthSent(init, channel, child, own, authentication, path);
        switch (proof) {
            case AuthExchange.Proof.Impossible(String reason) -> fail("IKE_AUTH", reason, nowNanos);
            case AuthExchange.Proof.Ready(List<Payload> payloads) -> {
                IkeHeader header = new IkeHeader(spi, init.spiResponder(), ExchangeType.IKE_AUTH, true, false, AUTH_ID);
                repetition = new Retransmission(
                        channel.seal(new Message(header, payloads), path),
                        env.config().retransmission(),
                        nowNanos);
                refusal = Optional.empty();
                env.out().send(path, repetition.datagrams());
            }
        }
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
        IkeHeader header = received.header();
        boolean awaited = header.response()
                && !header.fromInitiator()
                && header.exchange().equals(ExchangeType.IKE_AUTH)
                && header.messageId() == AUTH_ID;
        if (!(stage instanceof Stage.AuthSent sent)
                || !awaited
                || header.spiResponder() != sent.init().spiResponder()) {
            env.out().dropped("before authentication", from, header.toString());
            return;
        }
        switch (sent.channel().open(received, now.nanos())) {
            case Opened.Complete complete -> finish(sent, complete.message(), now);
            case Opened.Pending pending -> {}
            case Opened.ProtectedError error ->
                fail("IKE_AUTH", "peer's response is wrong: " + error.detail(), now.nanos());
            case Opened.UnprotectedError error -> env.out().dropped(error.reason(), from, error.detail());
        }
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
                        spi, sent.init().spiResponder(), ExchangeType.INFORMATIONAL, true, false, AUTH_ID + 1);
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
        IkeSa.Origin origin = new IkeSa.Origin(
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
                new ReplyWindow(0),
                AUTH_ID + 1);
        stage = new Stage.Over();
        IkeSa sa = new IkeSa(env, peer, origin, config.ikeProposals(), new SaState.Live(), now.nanos());
        peer.established(sa, started, now.nanos());
        ChildAnswer answer = sent.child().readInAuth(response, init);
        if (answer instanceof ChildAnswer.Accepted(var child)) {
            ChildPair pair = peer.children().add(child, sa, childBasis, 0, now.nanos());
            peer.children().use(pair);
            peer.childMade(pair, Optional.empty());
            return;
        }
        env.espSpis().release(sent.child().spiIn());
        if (answer instanceof ChildAnswer.Unusable) {
            sa.want(new Task.DeleteChild(sent.child().spiIn()), now.nanos());
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
            case SEND_AGAIN ->
                env.out().send(stage instanceof Stage.AuthSent sent ? sent.path() : initPath, repetition.datagrams());
            case GIVE_UP ->
                fail(
                        stage instanceof Stage.AuthSent ? "IKE_AUTH" : "IKE_SA_INIT",
                        "no answer from " + initPath.remote(),
                        nowNanos);
        }
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
            case Stage.AuthSent sent -> {
                env.espSpis().release(sent.child().spiIn());
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
