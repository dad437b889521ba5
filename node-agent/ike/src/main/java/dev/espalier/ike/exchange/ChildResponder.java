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
import dev.espalier.ike.proposal.SaProposal;
import dev.espalier.ike.selector.Narrowing;
import dev.espalier.ike.selector.TrafficSelector;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.Prefix;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The responder's half of making a pair of child SAs, in IKE_AUTH or CREATE_CHILD_SA (RFC 7296 1.2, 1.3.1, 1.3.3, 2.9). */
public final class ChildResponder {
    private ChildResponder() {}

    /** Answers the child SA part of an IKE_AUTH request. */
    public static ChildReply answerInAuth(Message request, PeerConfig config, int spiIn, InitResult init) {
        List<Proposal> accepted =
                config.espProposals().stream().map(Proposal::withoutKeyExchange).toList();
        ChildKeying keying = new ChildKeying(init.keys(), init.nonceInitiator(), init.nonceResponder());
        return answer(request, config, accepted, spiIn, keying, Optional.empty(), List.of());
    }

    /** Answers a CREATE_CHILD_SA request that wants a child SA, new or in place of another. */
    public static ChildReply answer(
            Message request, PeerConfig config, int spiIn, IkeSaKeys keys, SecureRandom random) {
        Octets nonce = RandomValues.nonce(random);
        ChildKeying keying = new ChildKeying(keys, InitPayloads.nonce(request), nonce);
        return answer(
                request,
                config,
                config.espProposals(),
                spiIn,
                keying,
                Optional.of(random),
                List.of(new Payload.Nonce(nonce)));
    }

    private static ChildReply answer(
            Message request,
            PeerConfig config,
            List<Proposal> accepted,
            int spiIn,
            ChildKeying keying,
            Optional<SecureRandom> random,
            List<Payload> nonce) {
        Optional<Payload.TrafficSelectors> tsi = request.trafficSelectors(true);
        Optional<Payload.TrafficSelectors> tsr = request.trafficSelectors(false);
        Optional<Payload.Sa> sa = request.first(Payload.Sa.class);
        if (sa.isEmpty() || tsi.isEmpty() || tsr.isEmpty()) {
            return refuse(NotifyType.INVALID_SYNTAX, "child SA without SA, TSi or TSr");
        }
        List<SaProposal> usable = sa.get().proposals().stream()
                .filter(p -> ChildKeying.usable(p.spi()))
                .toList();
        Optional<SaProposal> chosen = ProposalSelection.choose(usable, accepted);
        if (chosen.isEmpty()) {
            return refuse(
                    NotifyType.NO_PROPOSAL_CHOSEN,
                    "none of the peer's "
                            + sa.get().proposals().stream()
                                    .map(SaProposal::proposal)
                                    .toList() + " is among " + accepted);
        }
        List<TrafficSelector> remote = narrow(tsi.get(), config.remotePrefixes());
        List<TrafficSelector> local = narrow(tsr.get(), config.localPrefixes());
        if (remote.isEmpty() || local.isEmpty()) {
            return refuse(
                    NotifyType.TS_UNACCEPTABLE,
                    "nothing of " + tsi.get().selectors() + " to " + tsr.get().selectors() + " lies within "
                            + config.remotePrefixes() + " to " + config.localPrefixes());
        }
        return agree(request, chosen.get(), spiIn, keying, random, nonce, local, remote);
    }

    private static ChildReply agree(
            Message request,
            SaProposal chosen,
            int spiIn,
            ChildKeying keying,
            Optional<SecureRandom> random,
            List<Payload> nonce,
            List<TrafficSelector> local,
            List<TrafficSelector> remote) {
        List<Payload> payloads = new ArrayList<>();
        payloads.add(new Payload.Sa(List.of(chosen.withSpi(Offers.spi(spiIn)))));
        payloads.addAll(nonce);
        Function<List<Secret>, NewChild> finish = shared -> keying.pair(false, spiIn, chosen, shared, local, remote);
        Optional<KeyExchangeMethod> method =
                random.isEmpty() ? Optional.empty() : chosen.proposal().keyExchange();
        List<Payload> selectors =
                List.of(new Payload.TrafficSelectors(true, remote), new Payload.TrafficSelectors(false, local));
        List<KeyExchangeMethod> additional = chosen.proposal().additionalKeyExchanges();
        if (method.isEmpty()) {
            payloads.addAll(selectors);
            return additional.isEmpty()
                    ? new ChildReply.Accepted(finish.apply(List.of()), payloads)
                    : refuse(NotifyType.NO_PROPOSAL_CHOSEN, "additional key exchanges and no first one");
        }
        Optional<Payload.KeyExchange> theirs = request.first(Payload.KeyExchange.class);
        if (theirs.isEmpty() || theirs.get().method() != method.get().id()) {
            return new ChildReply.Refused(
                    NotifyType.INVALID_KE_PAYLOAD, Offers.methodData(method.get()), "wants " + method.get());
        }
        return switch (KeyExchange.of(method.get()).respond(theirs.get().data(), random.orElseThrow())) {
            case KeyExchange.Refused(String reason) -> refuse(NotifyType.INVALID_SYNTAX, reason);
            case KeyExchange.Agreed(Octets publicValue, Secret secret) -> {
                payloads.add(new Payload.KeyExchange(method.get().id(), publicValue));
                payloads.addAll(selectors);
                if (additional.isEmpty()) {
                    yield new ChildReply.Accepted(finish.apply(List.of(secret)), payloads);
                }
                FollowUpResponder<NewChild> rest =
                        new FollowUpResponder<>(additional, secret, finish, random.orElseThrow());
                yield new ChildReply.MoreKeys(rest, rest.withLink(payloads));
            }
        };
    }

    private static List<TrafficSelector> narrow(Payload.TrafficSelectors offered, List<Prefix> allowed) {
        return Narrowing.narrow(offered.selectors(), offered.unknown(), allowed);
    }

    private static ChildReply refuse(NotifyType type, String detail) {
        return new ChildReply.Refused(type, Octets.EMPTY, detail);
    }
}
