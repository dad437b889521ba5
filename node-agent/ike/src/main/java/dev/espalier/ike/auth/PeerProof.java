package dev.espalier.ike.auth;

import dev.espalier.wire.Octets;
import java.util.List;

/**
 * What a peer presents in IKE_AUTH.
 *
 * @param claimed from its ID payload
 * @param certificates bodies of its CERT payloads in their order, each encoding (1 octet) and data; those not of encoding 4
 *     (X.509 certificate, signature) are left out of account
 * @param auth its AUTH payload
 * @param authOctets what that must sign, see {@link AuthOctets}
 */
public record PeerProof(Identity claimed, List<Certificate> certificates, AuthData auth, Octets authOctets) {
    public PeerProof {
        certificates = List.copyOf(certificates);
    }

    /**
     * A CERT payload.
     *
     * @param encoding Cert Encoding (RFC 7296 3.6)
     */
    public record Certificate(int encoding, Octets data) {
        public static final int X509_SIGNATURE = 4;
    }
}
