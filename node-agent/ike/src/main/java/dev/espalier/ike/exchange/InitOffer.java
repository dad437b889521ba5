package dev.espalier.ike.exchange;

import dev.espalier.ike.crypto.KeyExchange;
import dev.espalier.ike.crypto.KeySchedule;
import dev.espalier.ike.crypto.Prf;
import dev.espalier.ike.crypto.RandomValues;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.ike.crypto.SkAlgorithm;
import dev.espalier.ike.message.ExchangeType;
import dev.espalier.ike.message.IkeHeader;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The initiator's half of IKE_SA_INIT (RFC 7296 1.2), from the first request over any COOKIE and INVALID_KE_PAYLOAD to the reply.
 *
 * <pre>
 *   HDR, [N(COOKIE),] SAi1, KEi, Ni, N(NAT_DETECTION_*_IP), N(IKEV2_FRAGMENTATION_SUPPORTED), N(SIGNATURE_HASH_ALGORITHMS)  --&gt;
 *                 &lt;--  HDR, SAr1, KEr, Nr, N(...), [CERTREQ]
 * </pre>
 */
public final class InitOffer implements AutoCloseable {
    private final long spiInitiator;
    private final Octets nonce;
    private final List<Proposal> accepted;
    private final List<SaProposal> proposals;
    private final List<Payload> notifies;
    private final SecureRandom random;
    private KeyExchange.Offer keyExchange;
    private Optional<Octets> cookie = Optional.empty();

    /** @param accepted preferred first; each with a key exchange that we have */
    public InitOffer(
            long spiInitiator, List<Proposal> accepted, UdpPath path, boolean forceEncapsulation, SecureRandom random) {
        this.spiInitiator = spiInitiator;
        this.nonce = RandomValues.nonce(random);
        this.accepted = List.copyOf(accepted);
        this.proposals = Offers.numbered(accepted, Octets.EMPTY);
        this.notifies = InitPayloads.notifies(
                spiInitiator, 0, path, forceEncapsulation, Offers.anyAdditional(accepted), random);
        this.random = random;
        this.keyExchange =
                KeyExchange.of(Offers.firstMethod(accepted).orElseThrow()).initiate(random);
    }

    public long spiInitiator() {
        return spiInitiator;
    }

    /** Repeats the offer with a cookie, the rest unchanged (IKE-20). */
    public void useCookie(Octets asked) {
        cookie = Optional.of(asked);
    }

    /** Repeats the offer with a key exchange by another method; cookie, nonce and the list of proposals stay (IKE-20, IKE-23). */
    public void useMethod(int method) {
        keyExchange.close();
        keyExchange = KeyExchange.of(KeyExchangeMethod.of(method).orElseThrow()).initiate(random);
    }

    /** The request as it goes on the wire; AUTH covers the one that was answered in the end. */
    public Octets request() {
        List<Payload> payloads = new ArrayList<>();
        cookie.ifPresent(c -> payloads.add(Payload.Notify.of(NotifyType.COOKIE, c)));
        payloads.add(new Payload.Sa(proposals));
        payloads.add(Offers.payload(keyExchange));
        payloads.add(new Payload.Nonce(nonce));
        payloads.addAll(notifies);
        return MessageCodec.encode(
                new Message(new IkeHeader(spiInitiator, 0, ExchangeType.IKE_SA_INIT, true, false, 0), payloads));
    }

    /**
     * Reads a reply; may be called again after anything but {@link InitAnswer.Accepted}.
     *
     * @param request the one that is out, as sent
     * @param path on which {@code response} came
     */
    public InitAnswer read(Octets request, Message response, Octets raw, UdpPath path) {
        Optional<Payload.Notify> asked = response.notification(NotifyType.COOKIE);
        if (asked.isPresent()) {
            Octets data = asked.get().data();
            return data.isEmpty() || data.length() > Offers.MAX_COOKIE_OCTETS
                    ? new InitAnswer.Unusable("COOKIE of " + data.length() + " octets")
                    : new InitAnswer.CookieAsked(data);
        }
        Optional<Payload.Notify> wanted = response.notification(NotifyType.INVALID_KE_PAYLOAD);
        if (wanted.isPresent()) {
            return Offers.wantedMethod(
                            wanted.get(), accepted, keyExchange.method().id())
                    .<InitAnswer>map(InitAnswer.OtherMethodAsked::new)
                    .orElseGet(() -> new InitAnswer.Unusable("INVALID_KE_PAYLOAD asks for what was not offered"));
        }
        Optional<Payload.Notify> error = response.error();
        if (error.isPresent()) {
            return new InitAnswer.Refused(error.get().notifyType());
        }
        return complete(request, response, raw, path);
    }

    private InitAnswer complete(Octets request, Message response, Octets raw, UdpPath path) {
        Optional<Payload.KeyExchange> theirs = response.first(Payload.KeyExchange.class);
        if (response.header().spiResponder() == 0
                || theirs.isEmpty()
                || response.first(Payload.Nonce.class).isEmpty()) {
            return new InitAnswer.Unusable("reply without responder's SPI, KE or nonce");
        }
        Optional<SaProposal> chosen = ProposalSelection.confirm(
                proposals,
                response.first(Payload.Sa.class).map(Payload.Sa::proposals).orElse(List.of()));
        if (chosen.isEmpty()) {
            return new InitAnswer.Unusable("reply chooses what was not offered");
        }
        IkeSuite suite = IkeSuite.of(chosen.get().proposal());
        if (suite.keyExchange() != keyExchange.method()
                || theirs.get().method() != keyExchange.method().id()) {
            return new InitAnswer.Unusable("key exchange of the reply is not the one that was sent");
        }
        if (!suite.additional().isEmpty() && !InitPayloads.intermediate(response)) {
            return new InitAnswer.Unusable("additional key exchanges without IKE_INTERMEDIATE");
        }
        Proposal proposal = chosen.get().proposal();
        return switch (keyExchange.complete(theirs.get().data())) {
            case KeyExchange.Refused(String reason) -> new InitAnswer.Unusable(reason);
            case KeyExchange.Agreed agreed ->
                new InitAnswer.Accepted(result(request, response, raw, path, proposal, agreed));
        };
    }

    private InitResult result(
            Octets request, Message response, Octets raw, UdpPath path, Proposal chosen, KeyExchange.Agreed agreed) {
        IkeSuite suite = IkeSuite.of(chosen);
        long spiResponder = response.header().spiResponder();
        Octets nonceResponder = InitPayloads.nonce(response);
        Prf prf = Prf.of(suite.prf());
        try (Secret shared = agreed.secret();
                Secret seed = KeySchedule.initialSeed(prf, shared, nonce, nonceResponder)) {
            return new InitResult(
                    spiInitiator,
                    spiResponder,
                    new IkeSaKeys(
                            suite,
                            KeySchedule.expand(
                                    prf,
                                    SkAlgorithm.of(suite),
                                    seed,
                                    nonce,
                                    nonceResponder,
                                    spiInitiator,
                                    spiResponder)),
                    request,
                    raw,
                    nonce,
                    nonceResponder,
                    InitPayloads.hashes(response),
                    InitPayloads.fragments(response),
                    InitPayloads.localBehindNat(response, path),
                    InitPayloads.remoteBehindNat(response, path),
                    InitPayloads.childless(response),
                    chosen,
                    IntAuth.NONE);
        }
    }

    @Override
    public void close() {
        keyExchange.close();
    }
}
