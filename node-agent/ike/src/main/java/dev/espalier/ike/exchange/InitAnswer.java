package dev.espalier.ike.exchange;

import dev.espalier.ike.message.NotifyType;
import dev.espalier.wire.Octets;

/** What a reply to our IKE_SA_INIT means. None of it is authenticated. */
public sealed interface InitAnswer {
    record Accepted(InitResult result) implements InitAnswer {}

    /** To be repeated with this cookie (RFC 7296 2.6). */
    record CookieAsked(Octets cookie) implements InitAnswer {}

    /** To be repeated with a key exchange by this method, which is among those offered (RFC 7296 1.3). */
    record OtherMethodAsked(int method) implements InitAnswer {}

    /** Not to be believed at once (IKE-32). */
    record Refused(NotifyType notifyType) implements InitAnswer {}

    /** To be dropped: the genuine reply may still come. */
    record Unusable(String reason) implements InitAnswer {}
}
