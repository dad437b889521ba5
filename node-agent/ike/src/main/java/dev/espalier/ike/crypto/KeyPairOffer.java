package dev.espalier.ike.crypto;

import dev.espalier.wire.Octets;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An offer whose private key is held by JCA, which has no way to wipe one: closing drops the only reference. */
final class KeyPairOffer implements KeyExchange.Offer {
    private final int transformId;
    private final Octets publicValue;
    private @Nullable Function<Octets, KeyExchange.Result> completion;

    KeyPairOffer(int transformId, Octets publicValue, Function<Octets, KeyExchange.Result> completion) {
        this.transformId = transformId;
        this.publicValue = publicValue;
        this.completion = completion;
    }

    @Override
    public int transformId() {
        return transformId;
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
        return "Offer[" + transformId + ", private key redacted]";
    }
}
