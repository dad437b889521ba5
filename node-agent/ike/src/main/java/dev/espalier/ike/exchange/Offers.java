package dev.espalier.ike.exchange;

import dev.espalier.ike.crypto.KeyExchange;
import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.NotifyType;
import dev.espalier.ike.message.Payload;
import dev.espalier.ike.proposal.KeyExchangeMethod;
import dev.espalier.ike.proposal.Proposal;
import dev.espalier.ike.proposal.ProposalSelection;
import dev.espalier.ike.proposal.SaProposal;
import dev.espalier.wire.Octets;
import dev.espalier.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What every exchange that offers proposals and a key exchange has in common. */
final class Offers {
    /** RFC 7296 3.10.1: a cookie has 1 to 64 octets. */
    static final int MAX_COOKIE_OCTETS = 64;

    private static final int METHOD_OCTETS = 2;

    private Offers() {}

    static List<SaProposal> numbered(List<Proposal> proposals, Octets spi) {
        List<SaProposal> numbered = new ArrayList<>();
        for (Proposal proposal : proposals) {
            numbered.add(proposal.numbered(numbered.size() + 1, spi));
        }
        return List.copyOf(numbered);
    }

    /** The method that the first KE payload is made for: the preferred one, in the hope that the peer prefers it as well. */
    static Optional<KeyExchangeMethod> firstMethod(List<Proposal> proposals) {
        return proposals.stream()
                .flatMap(proposal -> proposal.keyExchanges().stream())
                .findFirst();
    }

    static Payload.KeyExchange payload(KeyExchange.Offer offer) {
        return new Payload.KeyExchange(offer.method().id(), offer.publicValue());
    }

    /** The method an INVALID_KE_PAYLOAD asks for, if we offered it and did not just send it (IKE-23). */
    static Optional<Integer> wantedMethod(Payload.Notify invalidKe, List<Proposal> offered, int sent) {
        Octets data = invalidKe.data();
        if (data.length() != METHOD_OCTETS) {
            return Optional.empty();
        }
        int wanted = data.get(0) << 8 | data.get(1);
        return ProposalSelection.mayRetryWith(offered, wanted, sent)
                        && KeyExchangeMethod.of(wanted).isPresent()
                ? Optional.of(wanted)
                : Optional.empty();
    }

    static Octets methodData(KeyExchangeMethod wanted) {
        return new WireWriter().u16(wanted.id()).toOctets();
    }

    /** What ties IKE_FOLLOWUP_KE to what came before (RFC 9370 2.2.4). */
    static Optional<Octets> link(Message message) {
        return message.notification(NotifyType.ADDITIONAL_KEY_EXCHANGE)
                .map(Payload.Notify::data)
                .filter(data -> !data.isEmpty());
    }

    /** Whether any asks for additional key exchanges (RFC 9370). */
    static boolean anyAdditional(List<Proposal> proposals) {
        return proposals.stream()
                .flatMap(proposal -> proposal.transforms().stream())
                .anyMatch(t -> t.type().isAdditionalKeyExchange());
    }

    /** What of {@code proposals} a peer can agree to that knows no additional key exchanges. */
    static List<Proposal> withoutAdditional(List<Proposal> proposals) {
        return proposals.stream()
                .filter(Proposal::worksWithoutAdditional)
                .map(Proposal::withoutAdditional)
                .distinct()
                .toList();
    }

    static Octets spi(int esp) {
        return new WireWriter().i32(esp).toOctets();
    }

    static Octets spi(long ike) {
        return new WireWriter().i64(ike).toOctets();
    }
}
