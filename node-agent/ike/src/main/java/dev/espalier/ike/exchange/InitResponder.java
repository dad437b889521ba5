package dev.espalier.ike.exchange;

import dev.espalier.ike.auth.TrustAnchors;
import dev.espalier.ike.crypto.KeyExchange;
import dev.espalier.ike.crypto.KeySchedule;
import dev.espalier.ike.crypto.Prf;
import dev.espalier.ike.crypto.RandomValues;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.ike.crypto.SkAlgorithm;
import dev.espalier.ike.message.CertEncoding;
import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.MessageCodec;
import dev.espalier.ike.message.NotifyType;
import dev.espalier.ike.message.Payload;
import dev.espalier.ike.proposal.IkeSuite;
import dev.espalier.ike.proposal.KeyExchangeMethod;
import dev.espalier.ike.proposal.Proposal;
import dev.espalier.ike.proposal.ProposalSelection;
import dev.espalier.ike.proposal.SaProposal;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The responder's half of IKE_SA_INIT (RFC 7296 1.2). */
public final class InitResponder {
    private InitResponder() {}

    /** The stateless demand for a cookie (RFC 7296 2.6). */
    public static Octets askCookie(Message request, Octets cookie) {
        return notify(request, NotifyType.COOKIE, cookie);
    }

    /**
     * Answers a request whose cookie, if one was needed, has been checked.
     *
     * @param raw {@code request} as received
     * @param path on which it came
     * @param accepted our IKE proposals, preferred first
     * @param spiResponder a fresh one of ours
     * @param anchors of certificates that the peer may have; a hint
     */
    public static InitReply answer(
            Message request,
            Octets raw,
            UdpPath path,
            List<Proposal> accepted,
            boolean forceEncapsulation,
            long spiResponder,
            Collection<X509Certificate> anchors,
            SecureRandom random) {
        List<SaProposal> offered = request.first(Payload.Sa.class).orElseThrow().proposals();
        Optional<SaProposal> chosen = ProposalSelection.choose(
                offered, InitPayloads.intermediate(request) ? accepted : Offers.withoutAdditional(accepted));
        if (chosen.isEmpty()) {
            return refuse(
                    request,
                    NotifyType.NO_PROPOSAL_CHOSEN,
                    Octets.EMPTY,
                    "none of " + offered.size() + " IKE proposals is among " + accepted);
        }
        Payload.KeyExchange theirs = request.first(Payload.KeyExchange.class).orElseThrow();
        Optional<KeyExchangeMethod> wanted =
                ProposalSelection.wantedInstead(chosen.get().proposal(), theirs.method());
        if (wanted.isPresent()) {
            return refuse(
                    request, NotifyType.INVALID_KE_PAYLOAD, Offers.methodData(wanted.get()), "wants " + wanted.get());
        }
        IkeSuite suite = IkeSuite.of(chosen.get().proposal());
        return switch (KeyExchange.of(suite.keyExchange()).respond(theirs.data(), random)) {
            case KeyExchange.Refused(String reason) -> refuse(request, NotifyType.INVALID_SYNTAX, Octets.EMPTY, reason);
            case KeyExchange.Agreed agreed -> {
                Octets nonce = RandomValues.nonce(random);
                List<Payload> payloads = new ArrayList<>();
                payloads.add(new Payload.Sa(List.of(chosen.get())));
                payloads.add(new Payload.KeyExchange(theirs.method(), agreed.publicValue()));
                payloads.add(new Payload.Nonce(nonce));
                payloads.addAll(InitPayloads.notifies(
                        request.header().spiInitiator(),
                        spiResponder,
                        path,
                        forceEncapsulation,
                        !suite.additional().isEmpty(),
                        random));
                payloads.add(Payload.Notify.of(NotifyType.CHILDLESS_IKEV2_SUPPORTED));
                if (!anchors.isEmpty()) {
                    payloads.add(new Payload.CertificateRequest(
                            CertEncoding.X509_SIGNATURE, TrustAnchors.authorities(anchors)));
                }
                Octets response = MessageCodec.encode(
                        new Message(InitPayloads.responseTo(request.header(), spiResponder), payloads));
                yield new InitReply.Accepted(
                        result(request, raw, path, chosen.get().proposal(), spiResponder, nonce, response, agreed));
            }
        };
    }

    private static InitResult result(
            Message request,
            Octets raw,
            UdpPath path,
            Proposal chosen,
            long spiResponder,
            Octets nonce,
            Octets response,
            KeyExchange.Agreed agreed) {
        IkeSuite suite = IkeSuite.of(chosen);
        long spiInitiator = request.header().spiInitiator();
        Octets nonceInitiator = InitPayloads.nonce(request);
        Prf prf = Prf.of(suite.prf());
        try (Secret shared = agreed.secret();
                Secret seed = KeySchedule.initialSeed(prf, shared, nonceInitiator, nonce)) {
            return new InitResult(
                    spiInitiator,
                    spiResponder,
                    new IkeSaKeys(
                            suite,
                            KeySchedule.expand(
                                    prf,
                                    SkAlgorithm.of(suite),
                                    seed,
                                    nonceInitiator,
                                    nonce,
                                    spiInitiator,
                                    spiResponder)),
                    raw,
                    response,
                    nonceInitiator,
                    nonce,
                    InitPayloads.hashes(request),
                    InitPayloads.fragments(request),
                    InitPayloads.localBehindNat(request, path),
                    InitPayloads.remoteBehindNat(request, path),
                    InitPayloads.childless(request),
                    chosen,
                    IntAuth.NONE);
        }
    }

    private static InitReply refuse(Message request, NotifyType type, Octets data, String detail) {
        return new InitReply.Refused(notify(request, type, data), type, detail);
    }

    private static Octets notify(Message request, NotifyType type, Octets data) {
        return MessageCodec.encode(
                new Message(InitPayloads.responseTo(request.header(), 0), List.of(Payload.Notify.of(type, data))));
    }
}
