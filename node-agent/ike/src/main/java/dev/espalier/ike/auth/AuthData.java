package dev.espalier.ike.auth;

import dev.espalier.wire.Octets;

/**
 * Content of an AUTH payload (RFC 7296 3.8).
 *
 * @param value Authentication Data: for {@link AuthMethod#DIGITAL_SIGNATURE} starting with the ASN.1 Length octet (RFC 7427 3)
 */
public record AuthData(AuthMethod method, Octets value) {}
