package dev.espalier.ike.message;

import dev.espalier.wire.WireReader;

/**
 * The generic payload header (RFC 7296 3.2).
 *
 * @param bodyLength octets that follow; they are there
 */
record PayloadHeader(PayloadType next, boolean critical, int bodyLength) {
    static final int LENGTH = 4;

    private static final int CRITICAL = 0x80;

    static PayloadHeader read(WireReader in) {
        PayloadType next = new PayloadType(in.u8("next payload"));
        boolean critical = (in.u8("critical bit") & CRITICAL) != 0;
        int length = in.u16("payload length");
        if (length < LENGTH || length - LENGTH > in.remaining()) {
            throw in.fail("payload length " + length + ", " + (in.remaining() + LENGTH) + " octets left");
        }
        return new PayloadHeader(next, critical, length - LENGTH);
    }
}
