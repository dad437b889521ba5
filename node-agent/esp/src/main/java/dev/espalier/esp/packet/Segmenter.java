package dev.espalier.esp.packet;

import dev.espalier.wire.ip.Checksums;
import dev.espalier.wire.ip.IpPacketView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Cuts a TCP or UDP packet that stands for several into those, as a network card would (Linux segmentation offload, GSO): each gets a copy of
 * the headers with its own lengths, IPv4 identification, sequence number, flags and checksums. A flyweight over one packet at a time; not
 * thread-safe, allocates nothing.
 */
final class Segmenter {
    private static final int TCP_HEADER = 20;
    private static final int UDP_HEADER = 8;
    private static final int IPV4_ID = 4;
    private static final int IPV4_CHECKSUM = 10;
    private static final int TCP_SEQUENCE = 4;
    private static final int TCP_FLAGS = 13;
    private static final int TCP_CHECKSUM = 16;
    private static final int UDP_LENGTH = 4;
    private static final int UDP_CHECKSUM = 6;
    private static final int FIN = 0x01;
    private static final int PSH = 0x08;
    private static final int CWR = 0x80;
    private static final int IPV6_BASE = 40;

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private MemorySegment memory = MemorySegment.NULL;
    private long offset;
    private boolean v6;
    private boolean tcp;
    private int upperOffset;
    private int headerLength;
    private int payloadLength;
    private int segmentSize;
    private int count;
    private long pseudoHeader;
    private int identification;
    private int sequence;
    private int flags;

    /**
     * Takes the packet that {@code view} shows.
     *
     * @param packet where it is, and how long its segments are
     * @return false for what cannot be cut: neither TCP nor UDP, a fragment, or headers that do not fit
     */
    boolean begin(PacketBuffer packet, IpPacketView view) {
        memory = packet.memory();
        offset = packet.offset();
        v6 = view.v6();
        tcp = view.protocol() == IpPacketView.TCP;
        upperOffset = view.upperOffset();
        segmentSize = packet.segmentSize();
        int total = view.totalLength();
        if ((!tcp && view.protocol() != IpPacketView.UDP)
                || view.isFragment()
                || segmentSize <= 0
                || upperOffset + (tcp ? TCP_HEADER : UDP_HEADER) > total) {
            return false;
        }
        int upperHeader = tcp ? (memory.get(BYTE, offset + upperOffset + 12) >>> 4 & 0x0f) * 4 : UDP_HEADER;
        headerLength = upperOffset + upperHeader;
        payloadLength = total - headerLength;
        if (upperHeader < (tcp ? TCP_HEADER : UDP_HEADER) || payloadLength < 1) {
            return false;
        }
        count = (payloadLength + segmentSize - 1) / segmentSize;
        pseudoHeader = pseudoHeader(packet, view, total);
        identification = v6 ? 0 : memory.get(SHORT, offset + IPV4_ID);
        if (tcp) {
            sequence = memory.get(INT, offset + upperOffset + TCP_SEQUENCE);
            flags = memory.get(BYTE, offset + upperOffset + TCP_FLAGS);
        }
        return true;
    }

    /** The pseudo-header's sum without the length. */
    private long pseudoHeader(PacketBuffer packet, IpPacketView view, int total) {
        int checksumAt = upperOffset + (tcp ? TCP_CHECKSUM : UDP_CHECKSUM);
        if (packet.checksumStart() == upperOffset && upperOffset + packet.checksumOffset() == checksumAt) {
            // The sender's kernel has summed it, with the length of the whole: right also where a routing header names
            // another destination (RFC 8200 8.1).
            return (memory.get(SHORT, offset + checksumAt) & 0xffffL) + (~(total - upperOffset) & 0xffffL);
        }
        return Checksums.pseudoHeader(
                view.sourceHigh(), view.sourceLow(), view.destinationHigh(), view.destinationLow(), view.protocol(), 0);
    }

    int count() {
        return count;
    }

    /** Octets of packet {@code i}. */
    int length(int i) {
        return headerLength + Math.min(segmentSize, payloadLength - i * segmentSize);
    }

    /** Octets of the longest packet. */
    int longest() {
        return length(0);
    }

    /** Writes packet {@code i}, complete with checksums, to {@code to} at {@code at}. */
    void write(int i, MemorySegment to, long at) {
        int payload = Math.min(segmentSize, payloadLength - i * segmentSize);
        MemorySegment.copy(memory, offset, to, at, headerLength);
        MemorySegment.copy(memory, offset + headerLength + (long) i * segmentSize, to, at + headerLength, payload);
        int upperLength = headerLength - upperOffset + payload;
        if (v6) {
            to.set(SHORT, at + 4, (short) (upperOffset - IPV6_BASE + upperLength));
        } else {
            to.set(SHORT, at + 2, (short) (upperOffset + upperLength));
            to.set(SHORT, at + IPV4_ID, (short) (identification + i));
            to.set(SHORT, at + IPV4_CHECKSUM, (short) 0);
            to.set(SHORT, at + IPV4_CHECKSUM, (short) Checksums.of(to, at, upperOffset));
        }
        long upper = at + upperOffset;
        long checksum;
        if (tcp) {
            to.set(INT, upper + TCP_SEQUENCE, sequence + i * segmentSize);
            to.set(BYTE, upper + TCP_FLAGS, (byte) flagsOf(i));
            checksum = upper + TCP_CHECKSUM;
        } else {
            to.set(SHORT, upper + UDP_LENGTH, (short) upperLength);
            checksum = upper + UDP_CHECKSUM;
        }
        to.set(SHORT, checksum, (short) 0);
        int sum = Checksums.complement(pseudoHeader + upperLength + Checksums.sum(to, upper, upperLength));
        // UDP reads 0 as "no checksum" (RFC 768).
        to.set(SHORT, checksum, (short) (sum == 0 && !tcp ? 0xffff : sum));
    }

    /** FIN and PSH belong behind the last octet, CWR in front of the first (RFC 3168 6.1.2). */
    private int flagsOf(int i) {
        int of = flags;
        if (i > 0) {
            of &= ~CWR;
        }
        if (i < count - 1) {
            of &= ~(FIN | PSH);
        }
        return of;
    }
}
