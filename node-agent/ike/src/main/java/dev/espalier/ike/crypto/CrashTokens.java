package dev.espalier.ike.crypto;

import dev.espalier.ike.proposal.PrfAlgorithm;
import dev.espalier.wire.Octets;
import dev.espalier.wire.WireWriter;

/**
 * Tokens that prove that their maker has forgotten an IKE SA (RFC 6290 5.1). They follow from a secret that outlives the process and
 * from the SPIs, so that nothing has to be kept for each SA; they are never given for an IKE SA that is known.
 */
public final class CrashTokens {
    private final Secret secret;

    /** @param secret at least 32 octets, this node's alone */
    public CrashTokens(Secret secret) {
        if (secret.length() < 32) {
            throw new IllegalArgumentException("a secret of " + secret.length() + " octets for crash tokens");
        }
        this.secret = secret;
    }

    public Octets token(long spiInitiator, long spiResponder) {
        Octets spis = new WireWriter(16).i64(spiInitiator).i64(spiResponder).toOctets();
        return Prf.of(PrfAlgorithm.HMAC_SHA2_256).compute(secret, spis);
    }

    @Override
    public String toString() {
        return "CrashTokens[redacted]";
    }
}
