package dev.espalier.esp.packet;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What a datagram on port 500 or 4500 is (RFC 3948 section 2.2, 2.3; UDP-01, UDP-02, UDP-04). */
public enum Datagram {
    IKE,
    ESP,
    /** One octet 0xFF, to keep a NAT's mapping; ignored. */
    KEEPALIVE,
    /** 0 to 7 octets and no keepalive; dropped. */
    RUNT;

    /** Octets of zeros that stand in front of IKE on the port that ESP uses. */
    public static final int NON_ESP_MARKER_LENGTH = 4;

    /**
     * @param marked whether the port is shared with ESP (4500, or what stands for it), so that IKE comes behind the non-ESP marker
     */
    public static Datagram classify(MemorySegment memory, long offset, int length, boolean marked) {
        if (length < 8) {
            boolean keepalive = marked && length == 1 && memory.get(ValueLayout.JAVA_BYTE, offset) == (byte) 0xff;
            return keepalive ? KEEPALIVE : RUNT;
        }
        // Zero reads the same in both byte orders.
        return !marked || memory.get(ValueLayout.JAVA_INT_UNALIGNED, offset) == 0 ? IKE : ESP;
    }
}
