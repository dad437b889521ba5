package dev.espalier.operator.pki;

import java.util.List;

/**
 * What a node's agent says is in force.
 *
 * @param anchors fingerprints of its trust anchors: SHA-256 over the DER, lower-case hexadecimal
 * @param issuer fingerprint of the anchor that its own certificate leads to; empty while it has none
 */
public record NodeTrust(List<String> anchors, String issuer) {
    public NodeTrust {
        anchors = List.copyOf(anchors);
    }
}
