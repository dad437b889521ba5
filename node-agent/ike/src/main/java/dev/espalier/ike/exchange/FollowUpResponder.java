package dev.espalier.ike.exchange;

import dev.espalier.ike.crypto.KeyExchange;
import dev.espalier.ike.crypto.RandomValues;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.NotifyType;
import dev.espalier.ike.message.Payload;
import dev.espalier.ike.proposal.KeyExchangeMethod;
import dev.espalier.wire.Octets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The responder's half of the additional key exchanges that follow CREATE_CHILD_SA (RFC 9370 2.2.4); see {@link FollowUpOffer}.
 *
 * @param <T> what all of them together make
 */
public final class FollowUpResponder<T> implements AutoCloseable {
    private static final int LINK_OCTETS = 16;

    private final List<KeyExchangeMethod> methods;
    private final Function<List<Secret>, T> finish;
    private final SecureRandom random;
    private final List<Secret> shared = new ArrayList<>();
    private Octets link;

    /** What we answer to the peer's next request. */
    public sealed interface Reply<T> {
        List<Payload> payloads();

        record More<T>(List<Payload> payloads) implements Reply<T> {
            public More {
                payloads = List.copyOf(payloads);
            }
        }

        record Finished<T>(T made, List<Payload> payloads) implements Reply<T> {
            public Finished {
                payloads = List.copyOf(payloads);
            }
        }

        /** @param detail for operators */
        record Refused<T>(NotifyType notifyType, String detail) implements Reply<T> {
            @Override
            public List<Payload> payloads() {
                return List.of(Payload.Notify.of(notifyType));
            }
        }
    }

    /**
     * @param methods at least one
     * @param first secret of the CREATE_CHILD_SA's own key exchange; belongs to this from now on
     * @param finish closes the secrets that it is given
     */
    FollowUpResponder(
            List<KeyExchangeMethod> methods, Secret first, Function<List<Secret>, T> finish, SecureRandom random) {
        this.methods = List.copyOf(methods);
        this.finish = finish;
        this.random = random;
        this.shared.add(first);
        this.link = RandomValues.nonce(random).slice(0, LINK_OCTETS);
    }

    /** What the peer has to name in its next request. */
    Payload.Notify link() {
        return Payload.Notify.of(NotifyType.ADDITIONAL_KEY_EXCHANGE, link);
    }

    /** Whether {@code request} goes on with this one. */
    public boolean meant(Message request) {
        return Offers.link(request).filter(link::equals).isPresent();
    }

    public Reply<T> answer(Message request) {
        KeyExchangeMethod method = methods.get(shared.size() - 1);
        Payload.KeyExchange theirs = request.first(Payload.KeyExchange.class).orElseThrow();
        if (theirs.method() != method.id()) {
            return new Reply.Refused<>(NotifyType.INVALID_SYNTAX, "peer's KE is not for " + method);
        }
        return switch (KeyExchange.of(method).respond(theirs.data(), random)) {
            case KeyExchange.Refused(String reason) -> new Reply.Refused<>(NotifyType.INVALID_SYNTAX, reason);
            case KeyExchange.Agreed(Octets publicValue, Secret secret) -> {
                shared.add(secret);
                yield next(new Payload.KeyExchange(method.id(), publicValue));
            }
        };
    }

    private Reply<T> next(Payload.KeyExchange own) {
        if (shared.size() <= methods.size()) {
            link = RandomValues.nonce(random).slice(0, LINK_OCTETS);
            return new Reply.More<>(List.of(own, link()));
        }
        List<Secret> all = List.copyOf(shared);
        shared.clear();
        return new Reply.Finished<>(finish.apply(all), List.of(own));
    }

    @Override
    public void close() {
        shared.forEach(Secret::close);
        shared.clear();
    }

    /** The first response's payloads with the link behind them. */
    List<Payload> withLink(List<Payload> payloads) {
        List<Payload> all = new ArrayList<>(payloads);
        all.add(link());
        return List.copyOf(all);
    }
}
