package dev.espalier.ike.auth;

import dev.espalier.ike.message.Payload;
import dev.espalier.wire.Octets;
import java.util.List;

/**
 * What a peer presents in IKE_AUTH.
 *
 * @param claimed from its ID payload
 * @param certificates its CERT payloads in their order; those of another encoding than X509_SIGNATURE are left out of account
 * @param auth its AUTH payload
 * @param authOctets what that must sign, see {@link AuthOctets}
 * @param digitalSignatures whether it knows RFC 7427, that is, has announced hash algorithms
 */
public record PeerProof(
        Identity claimed,
        List<Payload.Certificate> certificates,
        Payload.Authentication auth,
        Octets authOctets,
        boolean digitalSignatures) {
    public PeerProof {
        certificates = List.copyOf(certificates);
    }

    /** Of a peer that knows RFC 7427. */
    public PeerProof(
            Identity claimed, List<Payload.Certificate> certificates, Payload.Authentication auth, Octets authOctets) {
        this(claimed, certificates, auth, authOctets, true);
    }
}
