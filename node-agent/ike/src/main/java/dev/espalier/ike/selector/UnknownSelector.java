package dev.espalier.ike.selector;

import dev.espalier.wire.Octets;

/**
 * A traffic selector of a type that is no address range: a security label (RFC 9478), Fibre Channel, or one yet to be
 * invented. Never treated as a range.
 *
 * @param type 0 to 255, neither 7 nor 8
 * @param body what follows type, protocol octet and length
 */
public record UnknownSelector(int type, int protocol, Octets body) {
    /** TS_SECLABEL (RFC 9478 2): as a restriction on all of the selectors beside it, it may not be left out by narrowing. */
    public static final int SECURITY_LABEL = 10;
}
