package dev.espalier.esp.packet;

import dev.espalier.wire.ip.Checksums;
import dev.espalier.wire.ip.IpPacketView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Lowers the maximum segment size that a TCP SYN announces (RFC 9293 3.7.1) to what fits a path. Pods know their interface's MTU, so there is nothing to do but
 * where the path is known to be narrower: then the other end's segments fit from the first on, without waiting for ICMP. Never raises it.
 */
final class MssClamp {
    private static final int TCP_HEADER = 20;
    private static final int FLAGS = 13;
    private static final int CHECKSUM = 16;
    private static final int SYN = 0x02;
    private static final int END_OF_OPTIONS = 0;
    private static final int NO_OPERATION = 1;
    private static final int MSS = 2;
    private static final int MSS_LENGTH = 4;

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private MssClamp() {}

    /** @param mtu of inner packets on the path; {@code view} is of {@code packet} */
    static void apply(PacketBuffer packet, IpPacketView view, int mtu) {
        if (view.protocol() != IpPacketView.TCP || view.isFragment()) {
            return;
        }
        MemorySegment memory = packet.memory();
        long tcp = packet.offset() + (long) view.upperOffset();
        int room = view.totalLength() - view.upperOffset();
        if (room < TCP_HEADER || (memory.get(BYTE, tcp + FLAGS) & SYN) == 0) {
            return;
        }
        int header = (memory.get(BYTE, tcp + 12) >>> 4 & 0x0f) * 4;
        int option = find(memory, tcp, Math.min(header, room));
        int most = mtu - view.upperOffset() - TCP_HEADER;
        if (option == 0 || most <= 0) {
            return;
        }
        int announced = memory.get(SHORT, tcp + option + 2) & 0xffff;
        if (announced > most) {
            memory.set(SHORT, tcp + option + 2, (short) most);
            if (packet.checksumStart() == PacketBuffer.NO_CHECKSUM) {
                mend(memory, tcp + CHECKSUM, announced, most, (option & 1) != 0);
            }
        }
    }

    /** Where the option stands, from the start of the TCP header; 0 for nowhere. */
    private static int find(MemorySegment memory, long tcp, int header) {
        int at = TCP_HEADER;
        while (at + 1 < header) {
            int kind = memory.get(BYTE, tcp + at);
            if (kind == END_OF_OPTIONS) {
                return 0;
            }
            if (kind == NO_OPERATION) {
                at++;
                continue;
            }
            int length = memory.get(BYTE, tcp + at + 1) & 0xff;
            if (length < 2 || at + length > header) {
                return 0;
            }
            if (kind == MSS) {
                return length == MSS_LENGTH ? at : 0;
            }
            at += length;
        }
        return 0;
    }

    /** By difference, so that a wrong checksum stays wrong (RFC 1624). A value at an odd place lies across two words, whose sums are its own with octets swapped. */
    private static void mend(MemorySegment memory, long checksum, int before, int after, boolean odd) {
        int old = odd ? swapped(before) : before;
        int now = odd ? swapped(after) : after;
        memory.set(SHORT, checksum, (short) Checksums.update(memory.get(SHORT, checksum) & 0xffff, old, now));
    }

    private static int swapped(int word) {
        return (word & 0xff) << 8 | word >>> 8;
    }
}
