package dev.espalier.ike.exchange;

import dev.espalier.ike.message.NotifyType;
import dev.espalier.wire.Octets;

/** What we answer to a peer's IKE_SA_INIT. */
public sealed interface InitReply {
    /** The half-open IKE SA; its response is {@link InitResult#response()}. */
    record Accepted(InitResult result) implements InitReply {}

    /**
     * Leaves no state.
     *
     * @param response as it goes on the wire
     * @param detail for operators
     */
    record Refused(Octets response, NotifyType notifyType, String detail) implements InitReply {}
}
