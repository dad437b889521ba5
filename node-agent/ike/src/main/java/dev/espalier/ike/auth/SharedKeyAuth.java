package dev.espalier.ike.auth;

import dev.espalier.ike.crypto.Prf;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.ike.message.AuthMethod;
import dev.espalier.ike.message.Payload;
import dev.espalier.wire.Octets;
import java.nio.charset.StandardCharsets;

/** AUTH by a shared key: {@code prf(prf(Shared Secret, "Key Pad for IKEv2"), <AuthOctets>)} (RFC 7296 2.15). */
public final class SharedKeyAuth {
    private static final Octets KEY_PAD = Octets.wrap("Key Pad for IKEv2".getBytes(StandardCharsets.US_ASCII));

    private SharedKeyAuth() {}

    public static Payload.Authentication sign(Prf prf, Secret sharedKey, Octets authOctets) {
        return new Payload.Authentication(AuthMethod.SHARED_KEY_MIC, mic(prf, sharedKey, authOctets));
    }

    /** In time that does not depend on the octets. */
    public static boolean verify(Prf prf, Secret sharedKey, Octets authOctets, Payload.Authentication received) {
        return received.method().equals(AuthMethod.SHARED_KEY_MIC)
                && received.data().equalsConstantTime(mic(prf, sharedKey, authOctets));
    }

    private static Octets mic(Prf prf, Secret sharedKey, Octets authOctets) {
        try (Secret padded = Secret.wrap(prf.compute(sharedKey, KEY_PAD).toArray())) {
            return prf.compute(padded, authOctets);
        }
    }
}
