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
 */
public record PeerProof(
        Identity claimed, List<Payload.Certificate> certificates, Payload.Authentication auth, Octets authOctets) {
    public PeerProof {
        certificates = List.copyOf(certificates);
    }
}
