package dev.espalier.wire.ip;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A flyweight over one IPv4 (RFC 791) or IPv6 (RFC 8200) packet in memory: {@link #wrap} parses the headers strictly, the getters
 * then read what it found. One view serves any number of packets; nothing here allocates. Not thread-safe.
 *
 * <p>Addresses are in the halves that {@link IpAddress} uses: an IPv4 address sits in the low 32 bits of the low half.
 */
public final class IpPacketView {
    /** Protocol numbers (IANA) that the data path names. */
    public static final int ICMP = 1;

    public static final int IPV4 = 4;
    public static final int TCP = 6;
    public static final int UDP = 17;
    public static final int IPV6 = 41;
    public static final int ESP = 50;
    public static final int ICMPV6 = 58;
    public static final int NO_NEXT_HEADER = 59;

    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int AUTHENTICATION = 51;
    private static final int DESTINATION_OPTIONS = 60;
    private static final int DCCP = 33;
    private static final int SCTP = 132;
    private static final int UDP_LITE = 136;

    /** More extension headers than this are refused: no honest sender comes near, and the walk must end. */
    private static final int MAX_EXTENSION_HEADERS = 8;

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    /** What {@link #wrap} found. */
    public enum Form {
        /** The headers are sound and all octets that they announce are there. */
        SOUND,
        /** Fewer octets than the fixed header, or than the packet's own length field. */
        TRUNCATED,
        /** Version is neither 4 nor 6. */
        UNKNOWN_VERSION,
        /** A header length or total length that contradicts itself. */
        BAD_LENGTH,
        /** An IPv6 extension header that runs past the packet, or too many of them. */
        BAD_EXTENSION_HEADERS
    }

    private MemorySegment memory = MemorySegment.NULL;
    private long offset;
    private boolean v6;
    private int totalLength;
    private int upperOffset;
    private int protocol;
    private int fragmentOffset;
    private boolean moreFragments;
    private boolean dontFragment;
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;

    /**
     * Parses the packet that starts at {@code offset} and may take up to {@code length} octets; octets behind the packet's own length
     * are ignored (RFC 4303 2.7 relies on that). Unless the answer is {@link Form#SOUND} the getters mean nothing.
     */
    public Form wrap(MemorySegment memory, long offset, int length) {
        return wrap(memory, offset, length, false);
    }

    /**
     * Parses the packet that an ICMP error quotes, of which the end may be missing (RFC 792, RFC 4443 3): {@link #totalLength()} is then
     * what is there.
     */
    public Form wrapQuoted(MemorySegment memory, long offset, int length) {
        return wrap(memory, offset, length, true);
    }

    private Form wrap(MemorySegment memory, long offset, int length, boolean quoted) {
        this.memory = memory;
        this.offset = offset;
        if (length < 1) {
            return Form.TRUNCATED;
        }
        return switch ((memory.get(BYTE, offset) & 0xff) >>> 4) {
            case 4 -> wrapV4(length, quoted);
            case 6 -> wrapV6(length, quoted);
            default -> Form.UNKNOWN_VERSION;
        };
    }

    private Form wrapV4(int length, boolean quoted) {
        if (length < 20) {
            return Form.TRUNCATED;
        }
        v6 = false;
        int headerLength = (u8(0) & 0x0f) * 4;
        totalLength = u16(2);
        if (headerLength < 20 || totalLength < headerLength) {
            return Form.BAD_LENGTH;
        }
        if (totalLength > length) {
            if (!quoted || headerLength > length) {
                return Form.TRUNCATED;
            }
            totalLength = length;
        }
        int fragment = u16(6);
        dontFragment = (fragment & 0x4000) != 0;
        moreFragments = (fragment & 0x2000) != 0;
        fragmentOffset = (fragment & 0x1fff) * 8;
        protocol = u8(9);
        upperOffset = headerLength;
        sourceHigh = 0;
        sourceLow = memory.get(INT, offset + 12) & 0xffff_ffffL;
        destinationHigh = 0;
        destinationLow = memory.get(INT, offset + 16) & 0xffff_ffffL;
        return Form.SOUND;
    }

    private Form wrapV6(int length, boolean quoted) {
        if (length < 40) {
            return Form.TRUNCATED;
        }
        v6 = true;
        totalLength = 40 + u16(4);
        if (totalLength > length) {
            if (!quoted) {
                return Form.TRUNCATED;
            }
            totalLength = length;
        }
        dontFragment = true;
        moreFragments = false;
        fragmentOffset = 0;
        sourceHigh = memory.get(LONG, offset + 8);
        sourceLow = memory.get(LONG, offset + 16);
        destinationHigh = memory.get(LONG, offset + 24);
        destinationLow = memory.get(LONG, offset + 32);
        return walkExtensionHeaders();
    }

    private Form walkExtensionHeaders() {
        int next = u8(6);
        int at = 40;
        for (int count = 0; count <= MAX_EXTENSION_HEADERS; count++) {
            int size;
            switch (next) {
                case HOP_BY_HOP, ROUTING, DESTINATION_OPTIONS ->
                    size = at + 2 <= totalLength ? (u8(at + 1) + 1) * 8 : 8;
                case AUTHENTICATION -> size = at + 2 <= totalLength ? (u8(at + 1) + 2) * 4 : 8;
                case FRAGMENT -> size = 8;
                default -> {
                    protocol = next;
                    upperOffset = at;
                    return Form.SOUND;
                }
            }
            if (at + size > totalLength) {
                return Form.BAD_EXTENSION_HEADERS;
            }
            if (next == FRAGMENT) {
                int fragment = u16(at + 2);
                fragmentOffset = fragment & 0xfff8;
                moreFragments = (fragment & 1) != 0;
            }
            next = u8(at);
            at += size;
            if (fragmentOffset > 0) {
                // What follows in a non-initial fragment is data from the middle of the packet, not a header.
                protocol = next;
                upperOffset = at;
                return Form.SOUND;
            }
        }
        return Form.BAD_EXTENSION_HEADERS;
    }

    public boolean v6() {
        return v6;
    }

    /** Octets of the whole packet by its own length field. */
    public int totalLength() {
        return totalLength;
    }

    /** Where the upper-layer header starts, counted from the start of the packet. */
    public int upperOffset() {
        return upperOffset;
    }

    /** The upper-layer protocol, behind any IPv6 extension headers. */
    public int protocol() {
        return protocol;
    }

    /** TOS or traffic class: DSCP in the upper six bits, ECN in the lower two. */
    public int trafficClass() {
        return v6 ? (u16(0) >>> 4) & 0xff : u8(1);
    }

    /**
     * Sets the traffic class, and mends the IPv4 header checksum by difference, so that a wrong one stays wrong (RFC 1624).
     */
    public void setTrafficClass(int value) {
        int word = u16(0);
        if (v6) {
            put16(0, (word & 0xf00f) | value << 4);
            return;
        }
        int changed = (word & 0xff00) | value;
        put16(0, changed);
        put16(10, Checksums.update(u16(10), word, changed));
    }

    /** Hop limit or time to live. */
    public int hopLimit() {
        return v6 ? u8(7) : u8(8);
    }

    /** Whether routers must not fragment it: DF of IPv4, always for IPv6. */
    public boolean dontFragment() {
        return dontFragment;
    }

    public boolean isFragment() {
        return moreFragments || fragmentOffset > 0;
    }

    /** Octets of the original packet's data in front of this fragment; 0 for the first and for whole packets. */
    public int fragmentOffset() {
        return fragmentOffset;
    }

    public long sourceHigh() {
        return sourceHigh;
    }

    public long sourceLow() {
        return sourceLow;
    }

    public long destinationHigh() {
        return destinationHigh;
    }

    public long destinationLow() {
        return destinationLow;
    }

    /** The source as a value; allocates. */
    public IpAddress source() {
        return new IpAddress(v6, sourceHigh, sourceLow);
    }

    /** The destination as a value; allocates. */
    public IpAddress destination() {
        return new IpAddress(v6, destinationHigh, destinationLow);
    }

    /** Whether it is nothing to be routed: from a link-local address, or to one, or to a multicast group (RFC 3927, RFC 4291 2.5.6, 2.7). */
    public boolean isLinkScoped() {
        if (v6) {
            return isLinkLocalV6(sourceHigh) || isLinkLocalV6(destinationHigh) || destinationHigh >>> 56 == 0xff;
        }
        return isLinkLocalV4(sourceLow) || isLinkLocalV4(destinationLow) || destinationLow >>> 28 == 0xe;
    }

    private static boolean isLinkLocalV6(long high) {
        return high >>> 54 == 0xfe80 >>> 6;
    }

    private static boolean isLinkLocalV4(long address) {
        return address >>> 16 == 0xa9fe;
    }

    /** Whether ports, or ICMP type and code, can be read: the protocol has them and their octets are in this packet. */
    public boolean hasPorts() {
        if (fragmentOffset > 0) {
            return false;
        }
        return switch (protocol) {
            case TCP, UDP, UDP_LITE, SCTP, DCCP -> upperOffset + 4 <= totalLength;
            case ICMP, ICMPV6 -> upperOffset + 2 <= totalLength;
            default -> false;
        };
    }

    /** Source port; for ICMP type and code as one number (RFC 4301 4.4.1.1). Only where {@link #hasPorts()}. */
    public int sourcePort() {
        return u16(upperOffset);
    }

    /** Destination port; for ICMP type and code as one number, as RFC 4301 4.4.1.1 has no second one. Only where {@link #hasPorts()}. */
    public int destinationPort() {
        return protocol == ICMP || protocol == ICMPV6 ? u16(upperOffset) : u16(upperOffset + 2);
    }

    private int u8(int at) {
        return memory.get(BYTE, offset + at) & 0xff;
    }

    private int u16(int at) {
        return memory.get(SHORT, offset + at) & 0xffff;
    }

    private void put16(int at, int value) {
        memory.set(SHORT, offset + at, (short) value);
    }
}
