package dev.espalier.ike.exchange;

import dev.espalier.ike.crypto.IkeKeys;
import dev.espalier.ike.crypto.Prf;
import dev.espalier.ike.proposal.IkeSuite;

/** Algorithms and keys of one IKE SA. */
public record IkeSaKeys(IkeSuite suite, IkeKeys keys) {
    public Prf prf() {
        return Prf.of(suite.prf());
    }
}
