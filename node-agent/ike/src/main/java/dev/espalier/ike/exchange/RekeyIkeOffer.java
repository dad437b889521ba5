package dev.espalier.ike.exchange;

import dev.espalier.ike.crypto.KeyExchange;
import dev.espalier.ike.crypto.KeySchedule;
import dev.espalier.ike.crypto.Prf;
import dev.espalier.ike.crypto.RandomValues;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.ike.crypto.SkAlgorithm;
import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.NotifyType;
import dev.espalier.ike.message.Payload;
import dev.espalier.ike.proposal.IkeSuite;
import dev.espalier.ike.proposal.KeyExchangeMethod;
import dev.espalier.ike.proposal.Proposal;
import dev.espalier.ike.proposal.ProposalSelection;
import dev.espalier.ike.proposal.SaProposal;
import dev.espalier.wire.Octets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Rekeying an IKE SA (RFC 7296 1.3.2, 2.18), both halves. Always with a key exchange (IKE-25).
 *
 * <pre>
 *   SA, Ni, KEi  --&gt;      &lt;--  SA, Nr, KEr
 * </pre>
 */
public final class RekeyIkeOffer implements AutoCloseable {
    private static final int SPI_OCTETS = 8;

    private final long spi;
    private final List<Proposal> accepted;
    private final List<SaProposal> proposals;
    private final Octets nonce;
    private final KeyExchange.Offer keyExchange;
    private final SecureRandom random;

    /**
     * @param spi a fresh one of ours
     * @param method that INVALID_KE_PAYLOAD has asked for; empty for the preferred one
     */
    public RekeyIkeOffer(long spi, List<Proposal> accepted, OptionalInt method, SecureRandom random) {
        this.spi = spi;
        this.random = random;
        this.accepted = List.copyOf(accepted);
        this.proposals = Offers.numbered(accepted, Offers.spi(spi));
        this.nonce = RandomValues.nonce(random);
        Optional<KeyExchangeMethod> wanted =
                method.isPresent() ? KeyExchangeMethod.of(method.getAsInt()) : Offers.firstMethod(accepted);
        this.keyExchange = KeyExchange.of(wanted.orElseThrow()).initiate(random);
    }

    public long spi() {
        return spi;
    }

    public List<Payload> payloads() {
        return List.of(new Payload.Sa(proposals), new Payload.Nonce(nonce), Offers.payload(keyExchange));
    }

    /** @param old keys of the IKE SA that is rekeyed */
    public RekeyIkeAnswer read(Message response, IkeSaKeys old) {
        Optional<Payload.Notify> wanted = response.notification(NotifyType.INVALID_KE_PAYLOAD);
        if (wanted.isPresent()) {
            return Offers.wantedMethod(
                            wanted.get(), accepted, keyExchange.method().id())
                    .<RekeyIkeAnswer>map(RekeyIkeAnswer.OtherMethodAsked::new)
                    .orElseGet(() -> new RekeyIkeAnswer.Refused(NotifyType.INVALID_KE_PAYLOAD));
        }
        Optional<Payload.Notify> error = response.error();
        if (error.isPresent()) {
            return new RekeyIkeAnswer.Refused(error.get().notifyType());
        }
        Optional<SaProposal> chosen = ProposalSelection.confirm(
                proposals,
                response.first(Payload.Sa.class).map(Payload.Sa::proposals).orElse(List.of()));
        Optional<Payload.KeyExchange> theirs = response.first(Payload.KeyExchange.class);
        if (chosen.isEmpty() || theirs.isEmpty() || !usable(chosen.get().spi())) {
            return new RekeyIkeAnswer.Unusable("reply without a choice that was offered, SPI or KE");
        }
        IkeSuite suite = IkeSuite.of(chosen.get().proposal());
        if (suite.keyExchange() != keyExchange.method()
                || theirs.get().method() != keyExchange.method().id()) {
            return new RekeyIkeAnswer.Unusable("key exchange of the reply is not the one that was sent");
        }
        Optional<Octets> link = Offers.link(response);
        if (!suite.additional().isEmpty() && link.isEmpty()) {
            return new RekeyIkeAnswer.Unusable("reply without a link to the next key exchange");
        }
        long theirSpi = number(chosen.get().spi());
        Octets theirNonce = InitPayloads.nonce(response);
        Function<List<Secret>, NewIkeSa> finish =
                shared -> derive(old, suite, shared, nonce, theirNonce, spi, theirSpi, true);
        return switch (keyExchange.complete(theirs.get().data())) {
            case KeyExchange.Refused(String reason) -> new RekeyIkeAnswer.Unusable(reason);
            case KeyExchange.Agreed agreed ->
                suite.additional().isEmpty()
                        ? new RekeyIkeAnswer.Accepted(finish.apply(List.of(agreed.secret())))
                        : new RekeyIkeAnswer.MoreKeys(new FollowUpOffer<>(
                                suite.additional(), agreed.secret(), link.orElseThrow(), finish, random));
        };
    }

    /**
     * Answers a peer that rekeys.
     *
     * @param spi a fresh one of ours
     * @param old keys of the IKE SA that is rekeyed
     */
    public static RekeyIkeReply answer(
            Message request, List<Proposal> accepted, long spi, IkeSaKeys old, SecureRandom random) {
        List<SaProposal> usable = request.first(Payload.Sa.class).orElseThrow().proposals().stream()
                .filter(p -> usable(p.spi()))
                .toList();
        Optional<SaProposal> chosen = ProposalSelection.choose(usable, accepted);
        if (chosen.isEmpty()) {
            return refuse(
                    NotifyType.NO_PROPOSAL_CHOSEN,
                    Octets.EMPTY,
                    "none of the peer's "
                            + usable.stream().map(SaProposal::proposal).toList() + " is among " + accepted);
        }
        IkeSuite suite = IkeSuite.of(chosen.get().proposal());
        Optional<Payload.KeyExchange> theirs = request.first(Payload.KeyExchange.class);
        if (theirs.isEmpty() || theirs.get().method() != suite.keyExchange().id()) {
            return refuse(
                    NotifyType.INVALID_KE_PAYLOAD,
                    Offers.methodData(suite.keyExchange()),
                    "wants " + suite.keyExchange());
        }
        return switch (KeyExchange.of(suite.keyExchange()).respond(theirs.get().data(), random)) {
            case KeyExchange.Refused(String reason) -> refuse(NotifyType.INVALID_SYNTAX, Octets.EMPTY, reason);
            case KeyExchange.Agreed(Octets publicValue, Secret shared) -> {
                Octets nonce = RandomValues.nonce(random);
                List<Payload> payloads = List.of(
                        new Payload.Sa(List.of(chosen.get().withSpi(Offers.spi(spi)))),
                        new Payload.Nonce(nonce),
                        new Payload.KeyExchange(suite.keyExchange().id(), publicValue));
                long theirSpi = number(chosen.get().spi());
                Octets theirNonce = InitPayloads.nonce(request);
                Function<List<Secret>, NewIkeSa> finish =
                        secrets -> derive(old, suite, secrets, theirNonce, nonce, theirSpi, spi, false);
                if (suite.additional().isEmpty()) {
                    yield new RekeyIkeReply.Accepted(finish.apply(List.of(shared)), payloads);
                }
                FollowUpResponder<NewIkeSa> rest = new FollowUpResponder<>(suite.additional(), shared, finish, random);
                yield new RekeyIkeReply.MoreKeys(rest, rest.withLink(payloads));
            }
        };
    }

    private static NewIkeSa derive(
            IkeSaKeys old,
            IkeSuite suite,
            List<Secret> shared,
            Octets nonceInitiator,
            Octets nonceResponder,
            long spiInitiator,
            long spiResponder,
            boolean initiated) {
        Prf prf = Prf.of(suite.prf());
        try (Secret seed = KeySchedule.nextSeed(old.prf(), old.keys().skD(), shared, nonceInitiator, nonceResponder)) {
            return new NewIkeSa(
                    spiInitiator,
                    spiResponder,
                    new IkeSaKeys(
                            suite,
                            KeySchedule.expand(
                                    prf,
                                    SkAlgorithm.of(suite),
                                    seed,
                                    nonceInitiator,
                                    nonceResponder,
                                    spiInitiator,
                                    spiResponder)),
                    initiated,
                    RekeyCollision.lower(nonceInitiator, nonceResponder));
        } finally {
            shared.forEach(Secret::close);
        }
    }

    private static boolean usable(Octets spi) {
        return spi.length() == SPI_OCTETS && number(spi) != 0;
    }

    private static long number(Octets spi) {
        return spi.reader("SPI").i64("SPI");
    }

    private static RekeyIkeReply refuse(NotifyType type, Octets data, String detail) {
        return new RekeyIkeReply.Refused(type, data, detail);
    }

    @Override
    public void close() {
        keyExchange.close();
    }
}
