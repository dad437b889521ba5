package dev.espalier.ike.exchange;

import dev.espalier.ike.message.NotifyType;
import dev.espalier.ike.message.Payload;
import dev.espalier.wire.Octets;
import java.util.List;

/** What we answer to a peer that rekeys the IKE SA. */
public sealed interface RekeyIkeReply {
    List<Payload> payloads();

    record Accepted(NewIkeSa sa, List<Payload> payloads) implements RekeyIkeReply {
        public Accepted {
            payloads = List.copyOf(payloads);
        }
    }

    /** Agreed on, and to be finished by the peer's further key exchanges (RFC 9370 2.2.4). */
    record MoreKeys(FollowUpResponder<NewIkeSa> rest, List<Payload> payloads) implements RekeyIkeReply {
        public MoreKeys {
            payloads = List.copyOf(payloads);
        }
    }

    /** @param detail for operators */
    record Refused(NotifyType notifyType, Octets data, String detail) implements RekeyIkeReply {
        @Override
        public List<Payload> payloads() {
            return List.of(Payload.Notify.of(notifyType, data));
        }
    }
}
