package dev.espalier.ike.message;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which payload may stand in which message and how often (RFC 7296 1.2 to 1.4, appendix C; RFC 9242, RFC 9370), as a table and
 * one loop over it. Order is not among the rules (IKE-17).
 */
final class MessageRules {
    /** Of certificates in one message: the RFC asks for four (RFC 7296 4), we take twice that (IKE-49). */
    static final int MAX_CERTIFICATES = 8;

    private static final int ANY = Integer.MAX_VALUE;

    /** @param least not asked of a response whose notify explains why something is missing */
    private record Rule(PayloadType type, int least, int most) {}

    private record Kind(ExchangeType exchange, boolean response) {}

    private static final Map<Kind, List<Rule>> TABLE = Map.ofEntries(
            Map.entry(
                    new Kind(ExchangeType.IKE_SA_INIT, false),
                    List.of(one(PayloadType.SA), one(PayloadType.KE), one(PayloadType.NONCE))),
            Map.entry(
                    new Kind(ExchangeType.IKE_SA_INIT, true),
                    List.of(
                            one(PayloadType.SA),
                            one(PayloadType.KE),
                            one(PayloadType.NONCE),
                            any(PayloadType.CERTREQ))),
            Map.entry(new Kind(ExchangeType.IKE_INTERMEDIATE, false), List.of(optional(PayloadType.KE))),
            Map.entry(new Kind(ExchangeType.IKE_INTERMEDIATE, true), List.of(optional(PayloadType.KE))),
            Map.entry(
                    new Kind(ExchangeType.IKE_AUTH, false),
                    List.of(
                            optional(PayloadType.ID_I),
                            optional(PayloadType.ID_R),
                            new Rule(PayloadType.CERT, 0, MAX_CERTIFICATES),
                            any(PayloadType.CERTREQ),
                            optional(PayloadType.AUTH),
                            optional(PayloadType.EAP),
                            optional(PayloadType.CP),
                            optional(PayloadType.SA),
                            optional(PayloadType.TS_I),
                            optional(PayloadType.TS_R))),
            Map.entry(
                    new Kind(ExchangeType.IKE_AUTH, true),
                    List.of(
                            optional(PayloadType.ID_R),
                            new Rule(PayloadType.CERT, 0, MAX_CERTIFICATES),
                            any(PayloadType.CERTREQ),
                            optional(PayloadType.AUTH),
                            optional(PayloadType.EAP),
                            optional(PayloadType.CP),
                            optional(PayloadType.SA),
                            optional(PayloadType.TS_I),
                            optional(PayloadType.TS_R))),
            Map.entry(new Kind(ExchangeType.CREATE_CHILD_SA, false), createChild()),
            Map.entry(new Kind(ExchangeType.CREATE_CHILD_SA, true), createChild()),
            Map.entry(new Kind(ExchangeType.IKE_FOLLOWUP_KE, false), List.of(one(PayloadType.KE))),
            Map.entry(new Kind(ExchangeType.IKE_FOLLOWUP_KE, true), List.of(one(PayloadType.KE))),
            Map.entry(
                    new Kind(ExchangeType.INFORMATIONAL, false),
                    List.of(any(PayloadType.DELETE), optional(PayloadType.CP))),
            Map.entry(
                    new Kind(ExchangeType.INFORMATIONAL, true),
                    List.of(any(PayloadType.DELETE), optional(PayloadType.CP))));

    private MessageRules() {}

    /** Why a header cannot be, before anything else is looked at; empty when it can. */
    static Optional<String> violation(IkeHeader header) {
        if (!TABLE.containsKey(new Kind(header.exchange(), header.response()))) {
            return Optional.of(header.exchange() + " is no exchange of ours");
        }
        if (header.spiInitiator() == 0) {
            return Optional.of("the initiator's SPI is zero");
        }
        if (!header.exchange().equals(ExchangeType.IKE_SA_INIT)) {
            return Optional.empty();
        }
        if (header.messageId() != 0) {
            return Optional.of("IKE_SA_INIT with message ID " + header.messageId());
        }
        if (header.fromInitiator() == header.response()) {
            return Optional.of("IKE_SA_INIT with a wrong I flag");
        }
        if (!header.response() && header.spiResponder() != 0) {
            return Optional.of("an IKE_SA_INIT request with a responder's SPI");
        }
        return Optional.empty();
    }

    /**
     * Why a message's payloads are too many, too few or out of place; empty when they are well.
     *
     * @param wasEncrypted whether they came in an Encrypted payload; outside of IKE_SA_INIT nothing but notifies may come without
     */
    static Optional<String> violation(Message message, boolean wasEncrypted) {
        IkeHeader header = message.header();
        Kind kind = new Kind(header.exchange(), header.response());
        Map<PayloadType, Integer> counts = new HashMap<>();
        message.payloads().forEach(p -> counts.merge(p.type(), 1, Integer::sum));
        List<Rule> rules = wasEncrypted || header.exchange().equals(ExchangeType.IKE_SA_INIT)
                ? TABLE.getOrDefault(kind, List.of())
                : List.of();
        boolean excused = header.response() && explainsAbsence(message);
        for (Rule rule : rules) {
            int count = counts.getOrDefault(rule.type(), 0);
            if (count > rule.most() || (count < rule.least() && !excused)) {
                return Optional.of(count + " " + rule.type() + " payloads in " + name(kind));
            }
            counts.remove(rule.type());
        }
        return counts.keySet().stream()
                .filter(type -> PayloadCodec.knows(type) && !everywhere(type))
                .findFirst()
                .map(type -> type + " in " + (wasEncrypted ? "" : "unprotected ") + name(kind));
    }

    private static boolean everywhere(PayloadType type) {
        return type.equals(PayloadType.NOTIFY) || type.equals(PayloadType.VENDOR_ID);
    }

    private static boolean explainsAbsence(Message message) {
        return message.all(Payload.Notify.class).stream()
                .map(Payload.Notify::notifyType)
                .anyMatch(type -> type.isError() || type.equals(NotifyType.COOKIE) || type.equals(NotifyType.REDIRECT));
    }

    private static String name(Kind kind) {
        return kind.exchange() + (kind.response() ? " response" : " request");
    }

    private static List<Rule> createChild() {
        return List.of(
                one(PayloadType.SA),
                one(PayloadType.NONCE),
                optional(PayloadType.KE),
                optional(PayloadType.CP),
                optional(PayloadType.TS_I),
                optional(PayloadType.TS_R));
    }

    private static Rule one(PayloadType type) {
        return new Rule(type, 1, 1);
    }

    private static Rule optional(PayloadType type) {
        return new Rule(type, 0, 1);
    }

    private static Rule any(PayloadType type) {
        return new Rule(type, 0, ANY);
    }
}
