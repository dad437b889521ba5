package dev.espalier.ike.auth;

import dev.espalier.ike.crypto.Prf;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.wire.Octets;

/**
 * What an AUTH payload signs (RFC 7296 2.15): for the initiator {@code RealMessage1 | Nr | prf(SK_pi, IDi')}, for the responder
 * {@code RealMessage2 | Ni | prf(SK_pr, IDr')}.
 */
public final class AuthOctets {
    private AuthOctets() {}

    /**
     * @param initMessage the signer's IKE_SA_INIT message as it was on the wire, from the first octet of the header to the last of the
     *     last payload, without a non-ESP marker; for an initiator the request that was answered in the end (IKE-16)
     * @param otherNonce data of the other end's nonce
     * @param skP the signer's SK_pi or SK_pr
     * @param idBody body of the signer's ID payload as it was on the wire, including its reserved octets (IKE-16)
     */
    public static Octets of(Octets initMessage, Octets otherNonce, Prf prf, Secret skP, Octets idBody) {
        return of(initMessage, otherNonce, prf, skP, idBody, Octets.EMPTY);
    }

    /** @param intAuth IntAuth of RFC 9242 3.3.2 after IKE_INTERMEDIATE exchanges, else empty */
    public static Octets of(Octets initMessage, Octets otherNonce, Prf prf, Secret skP, Octets idBody, Octets intAuth) {
        return initMessage.concat(otherNonce).concat(prf.compute(skP, idBody)).concat(intAuth);
    }
}
