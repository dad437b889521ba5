package dev.espalier.ike.exchange;

import dev.espalier.ike.crypto.KeyExchange;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.NotifyType;
import dev.espalier.ike.message.Payload;
import dev.espalier.ike.proposal.KeyExchangeMethod;
import dev.espalier.wire.Octets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The initiator's half of the additional key exchanges that follow CREATE_CHILD_SA (RFC 9370 2.2.4).
 *
 * <pre>
 *   SK{SA, Ni, KEi(0), ...}                             --&gt;   &lt;--  SK{SA, Nr, KEr(0), N(ADDITIONAL_KEY_EXCHANGE)(link1), ...}
 *   SK{KEi(1), N(ADDITIONAL_KEY_EXCHANGE)(link1)}       --&gt;   &lt;--  SK{KEr(1), N(ADDITIONAL_KEY_EXCHANGE)(link2)}
 *   SK{KEi(2), N(ADDITIONAL_KEY_EXCHANGE)(link2)}       --&gt;   &lt;--  SK{KEr(2)}
 * </pre>
 *
 * @param <T> what all of them together make
 */
public final class FollowUpOffer<T> implements AutoCloseable {
    private final List<KeyExchangeMethod> methods;
    private final Function<List<Secret>, T> finish;
    private final SecureRandom random;
    private final List<Secret> shared = new ArrayList<>();
    private Octets link;
    private KeyExchange.Offer offer;

    /** What a reply means. */
    public sealed interface Answer<T> {
        /** There is one more to come: {@link FollowUpOffer#payloads()} is the next request. */
        record More<T>() implements Answer<T> {}

        record Finished<T>(T made) implements Answer<T> {}

        record Refused<T>(NotifyType notifyType) implements Answer<T> {}

        /** @param reason for operators */
        record Unusable<T>(String reason) implements Answer<T> {}
    }

    /**
     * @param methods at least one
     * @param first secret of the CREATE_CHILD_SA's own key exchange; belongs to this from now on
     * @param link out of its response
     * @param finish closes the secrets that it is given
     */
    FollowUpOffer(
            List<KeyExchangeMethod> methods,
            Secret first,
            Octets link,
            Function<List<Secret>, T> finish,
            SecureRandom random) {
        this.methods = List.copyOf(methods);
        this.finish = finish;
        this.random = random;
        this.shared.add(first);
        this.link = link;
        this.offer = KeyExchange.of(methods.getFirst()).initiate(random);
    }

    /** The next request. */
    public List<Payload> payloads() {
        return List.of(Offers.payload(offer), Payload.Notify.of(NotifyType.ADDITIONAL_KEY_EXCHANGE, link));
    }

    public Answer<T> read(Message response) {
        Optional<Payload.Notify> error = response.error();
        if (error.isPresent()) {
            return new Answer.Refused<>(error.get().notifyType());
        }
        Optional<Payload.KeyExchange> theirs = response.first(Payload.KeyExchange.class);
        if (theirs.isEmpty() || theirs.get().method() != offer.method().id()) {
            return new Answer.Unusable<>("peer's KE is not for " + offer.method());
        }
        return switch (offer.complete(theirs.get().data())) {
            case KeyExchange.Refused(String reason) -> new Answer.Unusable<>(reason);
            case KeyExchange.Agreed agreed -> {
                shared.add(agreed.secret());
                yield next(response);
            }
        };
    }

    private Answer<T> next(Message response) {
        if (shared.size() > methods.size()) {
            List<Secret> all = List.copyOf(shared);
            shared.clear();
            return new Answer.Finished<>(finish.apply(all));
        }
        Optional<Octets> further = Offers.link(response);
        if (further.isEmpty()) {
            return new Answer.Unusable<>("reply without a link to the next key exchange");
        }
        offer.close();
        link = further.get();
        offer = KeyExchange.of(methods.get(shared.size() - 1)).initiate(random);
        return new Answer.More<>();
    }

    @Override
    public void close() {
        offer.close();
        shared.forEach(Secret::close);
        shared.clear();
    }
}
