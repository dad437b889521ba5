package dev.espalier.ike.exchange;

import dev.espalier.ike.crypto.KeyExchange;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.NotifyType;
import dev.espalier.ike.message.Payload;
import dev.espalier.ike.proposal.KeyExchangeMethod;
import dev.espalier.wire.Octets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/**
 * IKE_INTERMEDIATE with an additional key exchange (RFC 9242, RFC 9370 2.2.2), both halves; one for each that was agreed on, in
 * order. {@link InitResult#after} has the keys that follow.
 *
 * <pre>
 *   HDR, SK{KEi(n)}  --&gt;      &lt;--  HDR, SK{KEr(n)}
 * </pre>
 */
public final class IntermediateExchange {
    private IntermediateExchange() {}

    /** What a reply to our half means. */
    public sealed interface Answer {
        /** @param shared belongs to the caller */
        record Agreed(Secret shared) implements Answer {}

        /** @param reason for operators */
        record Failed(String reason) implements Answer {}
    }

    /** What we answer to a peer. */
    public sealed interface Reply {
        List<Payload> payloads();

        /** @param shared belongs to the caller */
        record Accepted(Secret shared, List<Payload> payloads) implements Reply {
            public Accepted {
                payloads = List.copyOf(payloads);
            }
        }

        /** @param detail for operators */
        record Refused(NotifyType notifyType, String detail) implements Reply {
            @Override
            public List<Payload> payloads() {
                return List.of(Payload.Notify.of(notifyType, Octets.EMPTY));
            }
        }
    }

    /** Begins the next one; there has to be one. */
    public static KeyExchange.Offer begin(InitResult init, SecureRandom random) {
        return KeyExchange.of(init.nextAdditional().orElseThrow()).initiate(random);
    }

    public static List<Payload> request(KeyExchange.Offer offer) {
        return List.of(Offers.payload(offer));
    }

    public static Answer read(KeyExchange.Offer offer, Message response) {
        Optional<Payload.Notify> error = response.error();
        if (error.isPresent()) {
            return new Answer.Failed("peer answered " + error.get().notifyType());
        }
        Optional<Payload.KeyExchange> theirs = response.first(Payload.KeyExchange.class);
        if (theirs.isEmpty() || theirs.get().method() != offer.method().id()) {
            return new Answer.Failed("peer's KE is not for " + offer.method());
        }
        return switch (offer.complete(theirs.get().data())) {
            case KeyExchange.Refused(String reason) -> new Answer.Failed(reason);
            case KeyExchange.Agreed agreed -> new Answer.Agreed(agreed.secret());
        };
    }

    public static Reply answer(InitResult init, Message request, SecureRandom random) {
        KeyExchangeMethod method = init.nextAdditional().orElseThrow();
        Optional<Payload.KeyExchange> theirs = request.first(Payload.KeyExchange.class);
        if (theirs.isEmpty() || theirs.get().method() != method.id()) {
            return new Reply.Refused(NotifyType.INVALID_SYNTAX, "IKE_INTERMEDIATE without KE for " + method);
        }
        return switch (KeyExchange.of(method).respond(theirs.get().data(), random)) {
            case KeyExchange.Refused(String reason) -> new Reply.Refused(NotifyType.INVALID_SYNTAX, reason);
            case KeyExchange.Agreed(Octets publicValue, Secret secret) ->
                new Reply.Accepted(secret, List.of(new Payload.KeyExchange(method.id(), publicValue)));
        };
    }
}
