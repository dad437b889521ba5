package dev.espalier.ike.auth;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;

/** Whether a peer is who it says. */
public sealed interface PeerVerdict {
    /**
     * @param chain the end entity first, the trust anchor last; empty after a shared key
     * @param serial of the end entity in lower-case hex; empty after a shared key
     */
    record Authenticated(Identity identity, List<X509Certificate> chain, String serial) implements PeerVerdict {
        public Authenticated {
            chain = List.copyOf(chain);
        }

        /** Whether any certificate of the chain below the anchor is among {@code serials} (lower-case hex), for lists that come later (SIG-08). */
        public boolean revokedBy(Set<String> serials) {
            return chain.stream()
                    .limit(Math.max(0, chain.size() - 1))
                    .anyMatch(certificate ->
                            serials.contains(certificate.getSerialNumber().toString(16)));
        }

        /** Without the certificates, whose own text fills pages. */
        @Override
        public String toString() {
            return "Authenticated[" + identity + (chain.isEmpty() ? ", shared key]" : ", serial " + serial + "]");
        }
    }

    /** @param reason for operators; the peer is told AUTHENTICATION_FAILED and no more (IKE-33) */
    record Refused(String reason) implements PeerVerdict {}
}
