package dev.espalier.ike.exchange;

import dev.espalier.ike.message.NotifyType;

/** What a peer's reply to a {@link RekeyIkeOffer} means. */
public sealed interface RekeyIkeAnswer {
    record Accepted(NewIkeSa sa) implements RekeyIkeAnswer {}

    /** Agreed on, and to be finished by further key exchanges (RFC 9370 2.2.4). */
    record MoreKeys(FollowUpOffer<NewIkeSa> rest) implements RekeyIkeAnswer {}

    /** To be repeated with a key exchange by this method, which is among those offered (RFC 7296 1.3). */
    record OtherMethodAsked(int method) implements RekeyIkeAnswer {}

    record Refused(NotifyType notifyType) implements RekeyIkeAnswer {}

    /** @param reason for operators */
    record Unusable(String reason) implements RekeyIkeAnswer {}
}
