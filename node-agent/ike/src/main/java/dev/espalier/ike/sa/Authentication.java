package dev.espalier.ike.sa;

import dev.espalier.ike.auth.Identity;
import dev.espalier.ike.auth.PeerVerdict;
import dev.espalier.ike.message.IdType;
import dev.espalier.wire.Octets;

/**
 * Who proved what when an IKE SA began; rekeying does not change it.
 *
 * @param own fingerprint of what we proved ourselves with, see {@link Authentications#fingerprint}
 * @param demandedIdentity whom the peer had to prove to be
 * @param demandedTrust fingerprint of what it had to prove it with; empty for a certificate of the nodes' own CA
 * @param expiresNanos monotonic time at which the first certificate of the peer's chain ends
 */
record Authentication(
        PeerVerdict.Authenticated verdict,
        Octets own,
        Identity demandedIdentity,
        Octets demandedTrust,
        long expiresNanos) {
    void save(StateWriter out) {
        identity(verdict.identity(), out);
        out.list(verdict.chain(), out::certificate).text(verdict.serial()).octets(own);
        identity(demandedIdentity, out);
        out.octets(demandedTrust).time(expiresNanos);
    }

    static Authentication restore(StateReader in) {
        PeerVerdict.Authenticated verdict = new PeerVerdict.Authenticated(
                identity(in), in.list("chain", each -> each.certificate("certificate")), in.text("serial"));
        return new Authentication(
                verdict, in.octets("own proof"), identity(in), in.octets("demanded trust"), in.time("expiry"));
    }

    private static void identity(Identity identity, StateWriter out) {
        out.i32(identity.type().value()).octets(identity.data());
    }

    private static Identity identity(StateReader in) {
        return new Identity(new IdType(in.i32("identity type")), in.octets("identity"));
    }
}
