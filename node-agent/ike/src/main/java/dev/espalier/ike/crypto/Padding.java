package dev.espalier.ike.crypto;

import dev.espalier.wire.Octets;

/** The padding of an Encrypted payload (RFC 7296 3.14): its content is free, its length stands in the last octet. */
final class Padding {
    private Padding() {}

    /** @param plaintext authentic, at least one octet */
    static SkOpened strip(byte[] plaintext) {
        int padLength = plaintext[plaintext.length - 1] & 0xff;
        int length = plaintext.length - 1 - padLength;
        if (length < 0) {
            return new SkOpened.Malformed("pad length " + padLength + " in " + plaintext.length + " octets");
        }
        return new SkOpened.Authentic(Octets.of(plaintext, 0, length));
    }
}
