package dev.espalier.ike.sa;

import dev.espalier.ike.message.Decoded;
import dev.espalier.ike.message.IkeHeader;
import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.NotifyType;
import dev.espalier.ike.message.Opened;
import dev.espalier.ike.message.Payload;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;
import java.util.List;

/** What comes in for one established IKE SA: responses that are awaited, requests that are next or come again (RFC 7296 2.1 to 2.3). */
final class Inbound {
    private final Environment env;
    private final IkeSa sa;
    private final OwnRequests own;
    private final PeerRequests theirs;

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
                    env.out().send(from, sa.origin().replies().stored());
                }
            }
            case OUTSIDE ->
                env.out().dropped("message ID", from, received.header().toString());
            case NEXT -> {
                if (sa.state() instanceof SaState.Closed) {
                    env.out().dropped("IKE SA closed", from, received.header().toString());
                } else {
                    receiveNext(received, from, nowNanos);
                }
            }
        }
    }

    private void receiveNext(Decoded.Protected received, UdpPath from, long nowNanos) {
        switch (sa.origin().channel().open(received, nowNanos)) {
            case Opened.Complete complete -> {
                sa.heardFrom(from, nowNanos);
                Message request = complete.message();
                reply(request.header(), theirs.answer(request, nowNanos), from);
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
        List<Octets> datagrams = sa.origin().channel().seal(new Message(header, payloads), to);
        sa.origin().replies().answered(datagrams);
        env.out().send(to, datagrams);
    }
}
