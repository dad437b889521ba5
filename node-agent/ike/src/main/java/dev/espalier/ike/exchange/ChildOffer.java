package dev.espalier.ike.exchange;

import dev.espalier.ike.PeerConfig;
import dev.espalier.ike.crypto.KeyExchange;
import dev.espalier.ike.crypto.RandomValues;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.NotifyType;
import dev.espalier.ike.message.Payload;
import dev.espalier.ike.proposal.KeyExchangeMethod;
import dev.espalier.ike.proposal.Proposal;
import dev.espalier.ike.proposal.ProposalSelection;
import dev.espalier.ike.proposal.ProtocolId;
import dev.espalier.ike.proposal.SaProposal;
import dev.espalier.ike.selector.Narrowing;
import dev.espalier.ike.selector.TrafficSelector;
import dev.espalier.wire.Octets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * The initiator's half of making a pair of child SAs.
 *
 * <pre>
 *   in IKE_AUTH (RFC 7296 1.2)             SAi2, TSi, TSr                              --&gt;   &lt;--  SAr2, TSi, TSr
 *   in CREATE_CHILD_SA (1.3.1, 1.3.3)      [N(REKEY_SA),] SA, Ni, [KEi,] TSi, TSr      --&gt;   &lt;--  SA, Nr, [KEr,] TSi, TSr
 * </pre>
 */
public final class ChildOffer implements AutoCloseable {
    private final int spiIn;
    private final OptionalInt rekeyedSpiIn;
    private final List<Proposal> accepted;
    private final List<SaProposal> proposals;
    private final List<TrafficSelector> localSelectors;
    private final List<TrafficSelector> remoteSelectors;
    private final Optional<Octets> nonce;
    private final Optional<KeyExchange.Offer> keyExchange;
    private final SecureRandom random;

    private ChildOffer(
            PeerConfig config,
            List<Proposal> accepted,
            int spiIn,
            OptionalInt rekeyedSpiIn,
            Optional<Octets> nonce,
            Optional<KeyExchange.Offer> keyExchange,
            SecureRandom random) {
        this.spiIn = spiIn;
        this.rekeyedSpiIn = rekeyedSpiIn;
        this.accepted = accepted;
        this.proposals = Offers.numbered(accepted, Offers.spi(spiIn));
        this.localSelectors = Narrowing.of(config.localPrefixes());
        this.remoteSelectors = Narrowing.of(config.remotePrefixes());
        this.nonce = nonce;
        this.keyExchange = keyExchange;
        this.random = random;
    }

    /** For IKE_AUTH, whose nonces and keys it shares: there is no key exchange of its own (RFC 7296 1.2). */
    public static ChildOffer inAuth(PeerConfig config, int spiIn, SecureRandom random) {
        return new ChildOffer(
                config,
                config.espProposals().stream()
                        .map(Proposal::withoutKeyExchange)
                        .distinct()
                        .toList(),
                spiIn,
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                random);
    }

    /**
     * For CREATE_CHILD_SA, with perfect forward secrecy when the first proposal has a key exchange.
     *
     * @param rekeyedSpiIn inbound SPI of the pair that this one replaces (IKE-24)
     * @param method that INVALID_KE_PAYLOAD has asked for; empty for the preferred one
     */
    public static ChildOffer create(
            PeerConfig config, int spiIn, OptionalInt rekeyedSpiIn, OptionalInt method, SecureRandom random) {
        Optional<KeyExchangeMethod> wanted = method.isPresent()
                ? KeyExchangeMethod.of(method.getAsInt())
                : Offers.firstMethod(config.espProposals());
        return new ChildOffer(
                config,
                config.espProposals(),
                spiIn,
                rekeyedSpiIn,
                Optional.of(RandomValues.nonce(random)),
                wanted.map(m -> KeyExchange.of(m).initiate(random)),
                random);
    }

    public int spiIn() {
        return spiIn;
    }

    public OptionalInt rekeyedSpiIn() {
        return rekeyedSpiIn;
    }

    /** What the request holds for it. */
    public List<Payload> payloads() {
        List<Payload> payloads = new ArrayList<>();
        rekeyedSpiIn.ifPresent(spi ->
                payloads.add(new Payload.Notify(ProtocolId.ESP, Offers.spi(spi), NotifyType.REKEY_SA, Octets.EMPTY)));
        payloads.add(new Payload.Sa(proposals));
        nonce.ifPresent(n -> payloads.add(new Payload.Nonce(n)));
        keyExchange.ifPresent(offer -> payloads.add(Offers.payload(offer)));
        payloads.add(new Payload.TrafficSelectors(true, localSelectors));
        payloads.add(new Payload.TrafficSelectors(false, remoteSelectors));
        return List.copyOf(payloads);
    }

    /** Reads what an IKE_AUTH response, whose AUTH has been verified, says of the child SA. */
    public ChildAnswer readInAuth(Message response, InitResult init) {
        return read(response, init.keys(), init.nonceInitiator(), init.nonceResponder());
    }

    /** Reads a CREATE_CHILD_SA response. */
    public ChildAnswer read(Message response, IkeSaKeys keys) {
        Octets theirs =
                response.first(Payload.Nonce.class).map(Payload.Nonce::data).orElse(Octets.EMPTY);
        return read(response, keys, nonce.orElseThrow(), theirs);
    }

    private ChildAnswer read(Message response, IkeSaKeys keys, Octets nonceInitiator, Octets nonceResponder) {
        Optional<Payload.Notify> wanted = response.notification(NotifyType.INVALID_KE_PAYLOAD);
        if (wanted.isPresent() && keyExchange.isPresent()) {
            int sent = keyExchange.get().method().id();
            return Offers.wantedMethod(wanted.get(), accepted, sent)
                    .<ChildAnswer>map(ChildAnswer.OtherMethodAsked::new)
                    .orElseGet(() -> new ChildAnswer.Refused(NotifyType.INVALID_KE_PAYLOAD));
        }
        Optional<Payload.Notify> error = response.error();
        if (error.isPresent()) {
            return new ChildAnswer.Refused(error.get().notifyType());
        }
        Optional<Payload.TrafficSelectors> local = response.trafficSelectors(true);
        Optional<Payload.TrafficSelectors> remote = response.trafficSelectors(false);
        Optional<SaProposal> chosen = ProposalSelection.confirm(
                proposals,
                response.first(Payload.Sa.class).map(Payload.Sa::proposals).orElse(List.of()));
        if (chosen.isEmpty() || local.isEmpty() || remote.isEmpty() || nonceResponder.isEmpty()) {
            return new ChildAnswer.Unusable("reply without a choice that was offered, selectors or nonce");
        }
        if (!within(local.get(), localSelectors) || !within(remote.get(), remoteSelectors)) {
            return new ChildAnswer.Unusable("reply widens the selectors: "
                    + local.get().selectors() + " " + remote.get().selectors());
        }
        if (!ChildKeying.usable(chosen.get().spi())) {
            return new ChildAnswer.Unusable("reply with SPI " + chosen.get().spi());
        }
        return agree(response, keys, nonceInitiator, nonceResponder, chosen.get(), local.get(), remote.get());
    }

    private ChildAnswer agree(
            Message response,
            IkeSaKeys keys,
            Octets nonceInitiator,
            Octets nonceResponder,
            SaProposal chosen,
            Payload.TrafficSelectors local,
            Payload.TrafficSelectors remote) {
        ChildKeying keying = new ChildKeying(keys, nonceInitiator, nonceResponder);
        Function<List<Secret>, NewChild> finish =
                shared -> keying.pair(true, spiIn, chosen, shared, local.selectors(), remote.selectors());
        List<KeyExchangeMethod> additional = chosen.proposal().additionalKeyExchanges();
        Optional<KeyExchangeMethod> method = chosen.proposal().keyExchange();
        if (method.isEmpty()) {
            return additional.isEmpty()
                    ? new ChildAnswer.Accepted(finish.apply(List.of()))
                    : new ChildAnswer.Unusable("reply with additional key exchanges and no first one");
        }
        Optional<Payload.KeyExchange> theirs = response.first(Payload.KeyExchange.class);
        if (keyExchange.isEmpty()
                || theirs.isEmpty()
                || keyExchange.get().method() != method.get()
                || theirs.get().method() != method.get().id()) {
            return new ChildAnswer.Unusable("key exchange of the reply is not the one that was sent");
        }
        Optional<Octets> link = Offers.link(response);
        if (!additional.isEmpty() && link.isEmpty()) {
            return new ChildAnswer.Unusable("reply without a link to the next key exchange");
        }
        return switch (keyExchange.get().complete(theirs.get().data())) {
            case KeyExchange.Refused(String reason) -> new ChildAnswer.Unusable(reason);
            case KeyExchange.Agreed agreed ->
                additional.isEmpty()
                        ? new ChildAnswer.Accepted(finish.apply(List.of(agreed.secret())))
                        : new ChildAnswer.MoreKeys(
                                new FollowUpOffer<>(additional, agreed.secret(), link.orElseThrow(), finish, random));
        };
    }

    private static boolean within(Payload.TrafficSelectors answer, List<TrafficSelector> offered) {
        return Narrowing.answers(answer.selectors(), answer.unknown(), offered);
    }

    @Override
    public void close() {
        keyExchange.ifPresent(KeyExchange.Offer::close);
    }
}
