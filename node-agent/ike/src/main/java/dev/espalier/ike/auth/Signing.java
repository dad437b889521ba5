package dev.espalier.ike.auth;

import dev.espalier.ike.message.Payload;

/** What came of signing our own AUTH. */
public sealed interface Signing {
    record Signed(Payload.Authentication auth) implements Signing {}

    /** @param reason for operators */
    record Refused(String reason) implements Signing {}
}
