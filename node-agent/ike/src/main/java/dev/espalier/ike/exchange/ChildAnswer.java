package dev.espalier.ike.exchange;

import dev.espalier.ike.message.NotifyType;

/** What a peer's reply to a {@link ChildOffer} means. */
public sealed interface ChildAnswer {
    record Accepted(NewChild child) implements ChildAnswer {}

    /** Agreed on, and to be finished by further key exchanges (RFC 9370 2.2.4). */
    record MoreKeys(FollowUpOffer<NewChild> rest) implements ChildAnswer {}

    /** To be repeated with a key exchange by this method, which is among those offered (RFC 7296 1.3). */
    record OtherMethodAsked(int method) implements ChildAnswer {}

    record Refused(NotifyType notifyType) implements ChildAnswer {}

    /**
     * The peer believes in a pair that we cannot: its SA has to be deleted by our SPI (IKE-37).
     *
     * @param reason for operators
     */
    record Unusable(String reason) implements ChildAnswer {}
}
