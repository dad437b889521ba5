package dev.espalier.operator.pki;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;

/**
 * What every node goes by when it checks a peer: trust anchors and revoked serials.
 *
 * @param anchors PEM, the one in use first
 * @param revoked serials in lower-case hexadecimal without leading zeros
 */
record TrustBundle(List<String> anchors, SortedSet<String> revoked) {
    TrustBundle {
        anchors = List.copyOf(anchors);
    }

    static TrustBundle of(List<X509Certificate> anchors, SortedSet<String> revoked) {
        return new TrustBundle(anchors.stream().map(CertificateAuthority::pem).toList(), revoked);
    }

    /** As the data of the ConfigMap. */
    Map<String, String> data() {
        return Map.of(
                PkiNames.BUNDLE_CA_KEY,
                String.join("", anchors),
                PkiNames.BUNDLE_REVOKED_KEY,
                revoked.isEmpty() ? "" : String.join("\n", revoked) + "\n");
    }
}
