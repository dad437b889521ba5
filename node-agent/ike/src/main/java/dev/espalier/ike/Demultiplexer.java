package dev.espalier.ike;

import dev.espalier.ike.crypto.Cookies;
import dev.espalier.ike.crypto.CrashTokens;
import dev.espalier.ike.demux.HalfOpenTable;
import dev.espalier.ike.demux.RateLimit;
import dev.espalier.ike.exchange.InitReply;
import dev.espalier.ike.exchange.InitResponder;
import dev.espalier.ike.message.Decoded;
import dev.espalier.ike.message.ExchangeType;
import dev.espalier.ike.message.IkeHeader;
import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.MessageCodec;
import dev.espalier.ike.message.NotifyType;
import dev.espalier.ike.message.Payload;
import dev.espalier.ike.proposal.Proposal;
import dev.espalier.ike.sa.Attempt;
import dev.espalier.ike.sa.Environment;
import dev.espalier.ike.sa.HalfOpenSa;
import dev.espalier.ike.sa.IkeSa;
import dev.espalier.ike.sa.Party;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.UdpPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Brings each datagram to the SA it is for, and decides whether a stranger's IKE_SA_INIT is served (RFC 7296 2.1, 2.6, 2.21). */
final class Demultiplexer {
    /** Configured addresses are served this many times as often as strangers. */
    private static final int KNOWN_FACTOR = 10;

    private final Environment env;
    private final EndpointConfig.HalfOpen limits;
    private final HalfOpenTable<HalfOpenSa> halfOpen;
    private @Nullable Cookies cookies;
    private @Nullable RateLimit strangers;
    private @Nullable RateLimit known;

    Demultiplexer(Environment env) {
        this.env = env;
        this.limits = env.config().halfOpen();
        this.halfOpen = new HalfOpenTable<>(limits);
    }

    int halfOpen() {
        return halfOpen.open();
    }

    long nextDeadlineNanos() {
        return halfOpen.nextDeadlineNanos();
    }

    void expire(long nowNanos) {
        halfOpen.expire(nowNanos).forEach(HalfOpenSa::expire);
    }

    void receive(UdpPath path, Octets datagram, Now now) {
        switch (MessageCodec.decode(datagram)) {
            case Decoded.UnprotectedError error -> env.out().dropped(error.reason(), path, error.detail());
            case Decoded.Refused refused -> {
                env.out().dropped("refused", path, refused.detail());
                if (mayAnswer(path, now)) {
                    env.out().send(path, List.of(MessageCodec.refusal(refused)));
                }
            }
            case Decoded.Protected message -> receiveProtected(message, path, now);
            case Decoded.Cleartext cleartext -> {
                IkeHeader header = cleartext.message().header();
                if (!header.exchange().equals(ExchangeType.IKE_SA_INIT)) {
                    if (forgottenByPeer(cleartext.message(), now)) {
                        return;
                    }
                    env.out().dropped("unprotected notify", path, header.toString());
                } else if (header.response()) {
                    receiveInitResponse(cleartext, path, now);
                } else {
                    receiveInitRequest(cleartext, path, now);
                }
            }
        }
    }

    private void receiveProtected(Decoded.Protected message, UdpPath path, Now now) {
        IkeHeader header = message.header();
        long own = header.fromInitiator() ? header.spiResponder() : header.spiInitiator();
        Optional<Party> party = env.ikeSpis().find(own);
        if (party.isEmpty()) {
            unknownSpi(header, path, now);
            return;
        }
        try {
            party.get().receive(message, path, now);
        } catch (RuntimeException bug) {
            party.get().abort("internal error: " + bug, now);
        }
    }

    /** The one unprotected message that counts: a token that only the peer can have, for an IKE SA that is known (RFC 6290, QCD-01). */
    private boolean forgottenByPeer(Message message, Now now) {
        IkeHeader header = message.header();
        Optional<Payload.Notify> token = message.notification(NotifyType.QUICK_CRASH_DETECTION);
        if (token.isEmpty()
                || !header.response()
                || message.notification(NotifyType.INVALID_IKE_SPI).isEmpty()) {
            return false;
        }
        long own = header.fromInitiator() ? header.spiResponder() : header.spiInitiator();
        if (!(env.ikeSpis().find(own).orElse(null) instanceof IkeSa sa)
                || !sa.hasSpis(header.spiInitiator(), header.spiResponder())
                || !sa.provesCrash(token.get().data())) {
            return false;
        }
        sa.forgottenByPeer(now.nanos());
        return true;
    }

    /** Answered only when that is switched on, since an attacker could make us a reflector (IKE-36). */
    private void unknownSpi(IkeHeader header, UdpPath path, Now now) {
        env.out().dropped("unknown SPI", path, header.toString());
        Optional<CrashTokens> tokens = env.config().extensions().crashTokens();
        boolean answers = env.config().invalidSpiReplies() || tokens.isPresent();
        if (answers && !header.response() && mayAnswer(path, now)) {
            IkeHeader reply = new IkeHeader(
                    header.spiInitiator(),
                    header.spiResponder(),
                    header.exchange(),
                    !header.fromInitiator(),
                    true,
                    header.messageId());
            List<Payload> payloads = new ArrayList<>();
            payloads.add(Payload.Notify.of(NotifyType.INVALID_IKE_SPI));
            tokens.map(t -> t.token(header.spiInitiator(), header.spiResponder()))
                    .ifPresent(token -> payloads.add(Payload.Notify.of(NotifyType.QUICK_CRASH_DETECTION, token)));
            env.out().send(path, List.of(MessageCodec.encode(new Message(reply, payloads))));
        }
    }

    private void receiveInitResponse(Decoded.Cleartext response, UdpPath path, Now now) {
        IkeHeader header = response.message().header();
        if (env.ikeSpis().find(header.spiInitiator()).orElse(null) instanceof Attempt attempt) {
            try {
                attempt.receiveInit(response, path, now);
            } catch (RuntimeException bug) {
                attempt.abort("internal error: " + bug, now);
            }
        } else {
            env.out().dropped("response not awaited", path, header.toString());
        }
    }

    private void receiveInitRequest(Decoded.Cleartext received, UdpPath path, Now now) {
        Octets key = HalfOpenTable.key(received.raw());
        Optional<HalfOpenSa> repeated = halfOpen.find(key);
        if (repeated.isPresent()) {
            env.out().send(path, List.of(repeated.get().initResponse()));
        } else if (env.quiet()) {
            env.out().dropped("handing over", path, received.message().header().toString());
        } else if (env.credentials().isEmpty() || env.peers().isEmpty()) {
            env.out()
                    .dropped(
                            "not configured yet",
                            path,
                            received.message().header().toString());
        } else if (halfOpen.underLoad() && !bringsCookie(received.message(), path, now)) {
            askCookie(received.message(), path, now);
        } else if (!halfOpen.admits(path.remote().address(), known(path.remote().address()))) {
            env.out()
                    .dropped(
                            "half-open limit", path, received.message().header().toString());
        } else if (!mayAnswer(path, now)) {
            env.out().dropped("rate limit", path, received.message().header().toString());
        } else {
            answer(received, key, path, now);
        }
    }

    private boolean bringsCookie(Message request, UdpPath path, Now now) {
        return request.notification(NotifyType.COOKIE)
                .filter(cookie -> cookies(now)
                        .accepts(
                                cookie.data(),
                                request.header().spiInitiator(),
                                path.remote().address(),
                                nonce(request),
                                now.nanos()))
                .isPresent();
    }

    private void askCookie(Message request, UdpPath path, Now now) {
        env.out().dropped("cookie asked for", path, request.header().toString());
        if (mayAnswer(path, now)) {
            Octets cookie = cookies(now)
                    .issue(request.header().spiInitiator(), path.remote().address(), nonce(request), now.nanos());
            env.out().send(path, List.of(InitResponder.askCookie(request, cookie)));
        }
    }

    private void answer(Decoded.Cleartext received, Octets key, UdpPath path, Now now) {
        List<PeerConfig> candidates = candidates(path.remote().address());
        long spi = env.ikeSpis().reserve();
        InitReply reply = InitResponder.answer(
                received.message(),
                received.raw(),
                path,
                proposals(candidates),
                candidates.stream().anyMatch(PeerConfig::forceUdpEncapsulation),
                spi,
                env.anchors(candidates),
                env.random());
        switch (reply) {
            case InitReply.Accepted(var init) -> {
                halfOpen.put(
                        key,
                        path.remote().address(),
                        new HalfOpenSa(env, init, () -> halfOpen.settle(key)),
                        now.nanos());
                env.out().send(path, List.of(init.response()));
            }
            case InitReply.Refused(Octets response, NotifyType type, String detail) -> {
                env.ikeSpis().release(spi);
                env.out().send(path, List.of(response));
                if (!type.equals(NotifyType.INVALID_KE_PAYLOAD)) {
                    String who = candidates.size() == 1
                            ? candidates.getFirst().name()
                            : path.remote().toString();
                    env.out().report(new IkeEvent.NegotiationFailed(who, "IKE_SA_INIT", detail, false));
                }
            }
        }
    }

    /** Peers that this address may be: those that are configured with it, or all, since a NAT can give anyone another. */
    private List<PeerConfig> candidates(IpAddress remote) {
        List<PeerConfig> all =
                env.peers().values().stream().map(peer -> peer.config()).toList();
        List<PeerConfig> those = all.stream()
                .filter(config -> config.remoteAddresses().contains(remote))
                .toList();
        return those.isEmpty() ? all : those;
    }

    private static List<Proposal> proposals(List<PeerConfig> candidates) {
        return candidates.stream()
                .flatMap(config -> config.ikeProposals().stream())
                .distinct()
                .toList();
    }

    private boolean known(IpAddress remote) {
        return env.peers().values().stream()
                .anyMatch(peer -> peer.config().remoteAddresses().contains(remote));
    }

    private boolean mayAnswer(UdpPath path, Now now) {
        if (known(path.remote().address())) {
            known = known == null ? new RateLimit(KNOWN_FACTOR * limits.initsPerSecond(), now.nanos()) : known;
            return known.pass(now.nanos());
        }
        strangers = strangers == null ? new RateLimit(limits.initsPerSecond(), now.nanos()) : strangers;
        return strangers.pass(now.nanos());
    }

    private Cookies cookies(Now now) {
        cookies = cookies == null ? new Cookies(env.random(), limits.cookiePeriod(), now.nanos()) : cookies;
        return cookies;
    }

    private static Octets nonce(Message request) {
        return request.first(Payload.Nonce.class).orElseThrow().data();
    }
}
