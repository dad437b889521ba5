package dev.espalier.ike.crypto;

import dev.espalier.ike.proposal.KeyExchangeMethod;
import dev.espalier.wire.Octets;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An offer whose private key is held by JCA, which has no way to wipe one: closing drops the only reference. */
final class KeyPairOffer implements KeyExchange.Offer {
    private final KeyExchangeMethod method;
    private final Octets publicValue;
    private @Nullable Function<Octets, KeyExchange.Result> completion;

    KeyPairOffer(KeyExchangeMethod method, Octets publicValue, Function<Octets, KeyExchange.Result> completion) {
        this.method = method;
        this.publicValue = publicValue;
        this.completion = completion;
    }

    @Override
    public KeyExchangeMethod method() {
        return method;
    }

    @Override
    public Octets publicValue() {
        return publicValue;
    }

    @Override
    public KeyExchange.Result complete(Octets responderPublic) {
        if (completion == null) {
            throw new IllegalStateException("key exchange offer used after it was closed");
        }
        return completion.apply(responderPublic);
    }

    @Override
    public void close() {
        completion = null;
    }

    @Override
    public String toString() {
        return "Offer[" + method + ", private key redacted]";
    }
}
