package dev.espalier.ike.exchange;

import dev.espalier.ike.message.Message;
import dev.espalier.ike.message.NotifyType;
import dev.espalier.ike.message.Payload;
import dev.espalier.ike.proposal.ProtocolId;

/** Which of its three uses a CREATE_CHILD_SA request is (RFC 7296 1.3). */
public sealed interface CreateChildRequest {
    record NewChildSa() implements CreateChildRequest {}

    /** @param spiOut the sender's inbound SPI of the pair to be replaced, which is our outbound one; 0 for one that cannot be */
    record RekeyChildSa(int spiOut) implements CreateChildRequest {}

    record RekeyIkeSa() implements CreateChildRequest {}

    static CreateChildRequest of(Message request) {
        boolean ike = request.first(Payload.Sa.class).orElseThrow().proposals().stream()
                .anyMatch(proposal -> proposal.protocol().equals(ProtocolId.IKE));
        if (ike) {
            return new RekeyIkeSa();
        }
        return request.notification(NotifyType.REKEY_SA)
                .<CreateChildRequest>map(notify -> new RekeyChildSa(
                        notify.protocol().equals(ProtocolId.ESP) && ChildKeying.usable(notify.spi())
                                ? ChildKeying.number(notify.spi())
                                : 0))
                .orElseGet(NewChildSa::new);
    }
}
