package dev.espalier.ike.exchange;

import dev.espalier.ike.crypto.IkeKeys;
import dev.espalier.ike.crypto.Prf;
import dev.espalier.wire.Octets;
import dev.espalier.wire.WireWriter;

/**
 * What AUTH covers of the IKE_INTERMEDIATE exchanges so far (RFC 9242 3.3.2).
 *
 * @param exchanges how many there have been
 */
record IntAuth(Octets initiator, Octets responder, int exchanges) {
    static final IntAuth NONE = new IntAuth(Octets.EMPTY, Octets.EMPTY, 0);

    /**
     * With one exchange more.
     *
     * @param keys that protected it
     * @param request octets of its request as {@link dev.espalier.ike.message.IntermediateOctets} has them
     */
    IntAuth after(Prf prf, IkeKeys keys, Octets request, Octets response) {
        return new IntAuth(
                prf.compute(keys.skPi(), initiator.concat(request)),
                prf.compute(keys.skPr(), responder.concat(response)),
                exchanges + 1);
    }

    /** What is appended to the octets that both ends sign; nothing without such exchanges. */
    Octets octets() {
        return exchanges == 0
                ? Octets.EMPTY
                : new WireWriter()
                        .octets(initiator)
                        .octets(responder)
                        .i32(exchanges + 1)
                        .toOctets();
    }
}
