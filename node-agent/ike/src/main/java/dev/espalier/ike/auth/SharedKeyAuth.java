package dev.espalier.ike.auth;

import dev.espalier.ike.crypto.Prf;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.ike.message.AuthMethod;
import dev.espalier.ike.message.Payload;
import dev.espalier.wire.Octets;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** AUTH by a shared key: {@code prf(prf(Shared Secret, "Key Pad for IKEv2"), <AuthOctets>)} (RFC 7296 2.15). */
public final class SharedKeyAuth {
    private static final Octets KEY_PAD = Octets.wrap("Key Pad for IKEv2".getBytes(StandardCharsets.US_ASCII));

    private SharedKeyAuth() {}

    public static Payload.Authentication sign(Prf prf, Secret sharedKey, Octets authOctets) {
        return new Payload.Authentication(AuthMethod.SHARED_KEY_MIC, mic(prf, sharedKey, authOctets));
    }

    /**
     * Whether a peer is who it has to be, by the key that is shared with it.
     *
     * @param expected from configuration, not from the peer
     */
    public static PeerVerdict authenticate(Identity expected, PeerProof proof, Prf prf, Secret sharedKey) {
        if (!expected.matches(proof.claimed())) {
            return new PeerVerdict.Refused("peer says it is " + proof.claimed() + " instead of " + expected);
        }
        if (!proof.auth().method().equals(AuthMethod.SHARED_KEY_MIC)) {
            return new PeerVerdict.Refused(
                    "peer proves itself by " + proof.auth().method() + " and not by a shared key");
        }
        return verify(prf, sharedKey, proof.authOctets(), proof.auth())
                ? new PeerVerdict.Authenticated(proof.claimed(), List.of(), "")
                : new PeerVerdict.Refused("AUTH of " + proof.claimed() + ": the shared key is another one");
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
