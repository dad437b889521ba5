package dev.espalier.ike;

import dev.espalier.ike.auth.Identity;
import dev.espalier.ike.crypto.Secret;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * How the two ends of one pair prove who they are. Each end has a method of its own (RFC 7296 2.15: "there is no requirement that the
 * Initiator and Responder sign with the same cryptographic algorithms").
 *
 * @param remoteIdentity whom the peer has to prove to be; from configuration, never from the peer
 * @param own what this end proves itself with; empty for the endpoint's {@link LocalCredentials}
 * @param trust what the peer has to prove itself with; empty for a certificate under the trust anchors of the endpoint's
 *     {@link LocalCredentials} that is not on the endpoint's deny list
 */
public record PeerAuthentication(Identity remoteIdentity, Optional<OwnProof> own, Optional<Trust> trust) {
    /** Certificates on both sides, as between nodes: the peer proves ID_FQDN {@code name}. */
    public static PeerAuthentication node(String name) {
        return new PeerAuthentication(Identity.fqdn(name), Optional.empty(), Optional.empty());
    }

    /** What an end proves itself with. */
    public sealed interface OwnProof {
        /** Sent as IDi or IDr. */
        Identity identity();

        /** A signature (RFC 7427) by the key of a certificate. */
        record Certificate(LocalCredentials credentials) implements OwnProof {
            @Override
            public Identity identity() {
                return credentials.ikeIdentity();
            }
        }

        /** @param key shared with the peer; neither printed nor closed by the engine */
        record SharedKey(Identity identity, Secret key) implements OwnProof {}
    }

    /** What a peer has to prove itself with. */
    public sealed interface Trust {
        /**
         * A certificate under one of these anchors.
         *
         * @param crls none, or one for each issuer that has any: an issuer's certificates are refused when its list names them or is out of date
         */
        record Certificates(List<X509Certificate> anchors, List<X509CRL> crls) implements Trust {
            public Certificates {
                anchors = List.copyOf(anchors);
                crls = List.copyOf(crls);
            }

            /** Certificates print as pages. */
            @Override
            public String toString() {
                return "Certificates[" + anchors.size() + " anchors, " + crls.size() + " CRLs]";
            }
        }

        /** @param key shared with the peer; may be another than the one of {@link OwnProof.SharedKey} */
        record SharedKey(Secret key) implements Trust {}
    }
}
