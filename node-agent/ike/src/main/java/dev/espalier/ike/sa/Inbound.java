package dev.espalier.ike.sa;

import dev.espalier.ike.message.Decoded;
import dev.espalier.ike.message.IkeHeader;
import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.NotifyType;
import dev.espalier.ike.message.Opened;
import dev.espalier.ike.message.Payload;
import dev.espalier.wire.ip.UdpPath;
import java.time.Duration;
import java.util.List;

/** What comes in for one established IKE SA: responses that are awaited, requests that are next or come again (RFC 7296 2.1 to 2.3). */
final class Inbound {
    private static final Duration REPORT_PAUSE = Duration.ofMinutes(1);

    private final Environment env;
    private final IkeSa sa;
    private final OwnRequests own;
    private final PeerRequests theirs;
    private boolean reported;
    private long reportAgainNanos;

    Inbound(Environment env, Peer peer, IkeSa sa, OwnRequests own, FollowUps followUps) {
        this.env = env;
        this.sa = sa;
        this.own = own;
        this.theirs = new PeerRequests(env, peer, sa, own, followUps);
    }

    void receive(Decoded.Protected received, UdpPath from, long nowNanos) {
        IkeHeader header = received.header();
        if (header.fromInitiator() == sa.origin().initiated()
                || header.spiInitiator() != sa.origin().spiInitiator()
                || header.spiResponder() != sa.origin().spiResponder()) {
            env.out().dropped("unknown SPI", from, header.toString());
        } else if (header.response()) {
            receiveResponse(received, from, nowNanos);
        } else {
            receiveRequest(received, from, nowNanos);
        }
    }

    private void receiveResponse(Decoded.Protected received, UdpPath from, long nowNanos) {
        if (!own.awaits(received.header())) {
            env.out().dropped("response not awaited", from, received.header().toString());
            return;
        }
        switch (sa.origin().channel().open(received, nowNanos)) {
            case Opened.Complete complete -> {
                sa.heardFrom(from, nowNanos);
                own.answered(complete.message(), nowNanos);
            }
            case Opened.Pending pending -> {}
            case Opened.ProtectedError error -> {
                own.abandon();
                sa.close("peer's response is wrong: " + error.detail(), nowNanos);
            }
            case Opened.UnprotectedError error -> env.out().dropped(error.reason(), from, error.detail());
        }
    }

    private void receiveRequest(Decoded.Protected received, UdpPath from, long nowNanos) {
        switch (sa.origin().replies().kind(received.header().messageId())) {
            case REPEATED -> {
                if (sa.origin().channel().repeats(received)) {
                    long id = received.header().messageId();
                    env.out().send(from, sa.origin().replies().stored(id).datagrams());
                }
            }
            case OUTSIDE -> outside(received, from, nowNanos);
            case NEW -> {
                if (sa.state() instanceof SaState.Closed) {
                    env.out().dropped("IKE SA closed", from, received.header().toString());
                } else {
                    receiveNext(received, from, nowNanos);
                }
            }
        }
    }

    /** Told to the peer as a request of ours, seldom, and only when the peer itself has lost count (RFC 7296 2.3, IKE-08). */
    private void outside(Decoded.Protected received, UdpPath from, long nowNanos) {
        env.out().dropped("message ID", from, received.header().toString());
        if (sa.live()
                && (!reported || nowNanos - reportAgainNanos >= 0)
                && sa.origin().channel().authentic(received)) {
            reported = true;
            reportAgainNanos = nowNanos + REPORT_PAUSE.toNanos();
            sa.want(new Task.ReportMessageId(received.header().messageId()), nowNanos);
        }
    }

    private void receiveNext(Decoded.Protected received, UdpPath from, long nowNanos) {
        switch (sa.origin().channel().open(received, nowNanos)) {
            case Opened.Complete complete -> {
                sa.heardFrom(from, nowNanos);
                Message request = complete.message();
                reply(request.header(), theirs.answer(request, from, nowNanos), from);
            }
            case Opened.Pending pending -> {}
            case Opened.ProtectedError error -> {
                reply(received.header(), List.of(Payload.Notify.of(error.notifyType(), error.data())), from);
                if (error.notifyType().equals(NotifyType.INVALID_SYNTAX)) {
                    sa.vanish("peer's request is wrong: " + error.detail(), nowNanos);
                }
            }
            case Opened.UnprotectedError error -> env.out().dropped(error.reason(), from, error.detail());
        }
    }

    private void reply(IkeHeader request, List<Payload> payloads, UdpPath to) {
        IkeHeader header = new IkeHeader(
                sa.origin().spiInitiator(),
                sa.origin().spiResponder(),
                request.exchange(),
                sa.origin().initiated(),
                true,
                request.messageId());
        SentReply reply =
                new SentReply(new Message(header, payloads), sa.origin().channel(), to);
        sa.origin().replies().answered(request.messageId(), reply);
        env.out().send(to, reply.datagrams());
    }
}
