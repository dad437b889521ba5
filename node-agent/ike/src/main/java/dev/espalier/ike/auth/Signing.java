package dev.espalier.ike.auth;

/** What came of signing our own AUTH. */
public sealed interface Signing {
    record Signed(AuthData auth) implements Signing {}

    /** @param reason for operators */
    record Refused(String reason) implements Signing {}
}
