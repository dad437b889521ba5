package dev.espalier.ike.proposal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** How a responder chooses among proposals and an initiator checks the choice (RFC 7296 2.7, 3.3.6). */
public final class ProposalSelection {
    private ProposalSelection() {}

    /**
     * Chooses one proposal with one transform of each type (IKE-21): the first of ours that any of the peer's satisfies, and the
     * peer's preferred one of those.
     *
     * @param offered in the peer's order of preference
     * @param accepted in ours, which decides; within a proposal the order of transforms does
     * @return with the peer's number and SPI and attributes unchanged; {@link SaProposal#withSpi} makes it the answer. Empty means
     *     NO_PROPOSAL_CHOSEN
     */
    public static Optional<SaProposal> choose(List<SaProposal> offered, List<Proposal> accepted) {
        for (Proposal ours : accepted) {
            for (SaProposal theirs : offered) {
                Optional<Proposal> choice = choose(theirs.proposal(), ours);
                if (choice.isPresent()) {
                    return choice.map(chosen -> new SaProposal(theirs.number(), theirs.spi(), chosen));
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Checks that an answer is exactly one proposal, and one that we offered, with one transform of each type.
     *
     * @param offered as we sent it
     * @param answer every proposal of the reply's SA payload
     * @return the answer, its SPI being the peer's; empty when it is anything else
     */
    public static Optional<SaProposal> confirm(List<SaProposal> offered, List<SaProposal> answer) {
        if (answer.size() != 1) {
            return Optional.empty();
        }
        SaProposal reply = answer.getFirst();
        return offered.stream()
                .filter(ours -> ours.number() == reply.number())
                .filter(ours -> ours.spi().length() == reply.spi().length())
                .filter(ours -> confirms(ours.proposal(), reply.proposal()))
                .findFirst()
                .map(ours -> reply);
    }

    /**
     * The method that INVALID_KE_PAYLOAD has to ask for: the chosen one when the peer's KE payload is of another (IKE-23).
     *
     * @param sentMethod number in the peer's KE payload
     * @return empty when the KE payload fits, or when nothing with a key exchange was chosen
     */
    public static Optional<KeyExchangeMethod> wantedInstead(Proposal chosen, int sentMethod) {
        return chosen.keyExchange().filter(method -> method.id() != sentMethod);
    }

    /**
     * Whether INVALID_KE_PAYLOAD may be followed: the wanted method is among those we offered and not the one we sent (IKE-23).
     *
     * @param wanted number in the notify
     * @param sent number in our KE payload
     */
    public static boolean mayRetryWith(List<Proposal> offered, int wanted, int sent) {
        return wanted != sent
                && offered.stream().flatMap(p -> p.keyExchanges().stream()).anyMatch(method -> method.id() == wanted);
    }

    private static Optional<Proposal> choose(Proposal theirs, Proposal ours) {
        if (!theirs.protocol().equals(ours.protocol())
                || ProposalRules.aeadViolation(theirs).isPresent()) {
            return Optional.empty();
        }
        List<Transform> chosen = new ArrayList<>();
        for (TransformType type : types(theirs, ours)) {
            List<Transform> offered = theirs.of(type);
            List<Transform> accepted = ours.of(type);
            Optional<Transform> common =
                    accepted.stream().filter(offered::contains).findFirst();
            if (accepted.isEmpty()) {
                // A type left out means NONE of it, and an explicit NONE is answered by the same.
                common = offered.stream().filter(Transform::isNone).findFirst();
            }
            boolean leftOut = offered.isEmpty() && accepted.stream().anyMatch(Transform::isNone);
            if (common.isEmpty() && !leftOut) {
                return Optional.empty();
            }
            common.ifPresent(chosen::add);
        }
        Proposal choice = new Proposal(theirs.protocol(), chosen);
        return sound(choice) ? Optional.of(choice) : Optional.empty();
    }

    private static boolean confirms(Proposal ours, Proposal reply) {
        if (!ours.protocol().equals(reply.protocol()) || !ours.transforms().containsAll(reply.transforms())) {
            return false;
        }
        for (TransformType type : types(ours, reply)) {
            int count = reply.of(type).size();
            boolean leftOut = count == 0 && ours.of(type).stream().anyMatch(Transform::isNone);
            if (count != 1 && !leftOut) {
                return false;
            }
        }
        return sound(reply);
    }

    private static boolean sound(Proposal choice) {
        return ProposalRules.integrityViolation(choice).isEmpty() && !ProposalRules.repeatsKeyExchange(choice);
    }

    private static Iterable<TransformType> types(Proposal one, Proposal other) {
        TreeSet<TransformType> types = new TreeSet<>();
        one.transforms().forEach(t -> types.add(t.type()));
        other.transforms().forEach(t -> types.add(t.type()));
        return types;
    }
}
