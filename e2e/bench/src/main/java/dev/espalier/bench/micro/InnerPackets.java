package dev.espalier.bench.micro;

import dev.espalier.wire.ip.Checksums;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Inner packets of IPv4 with right checksums. */
final class InnerPackets {
    static final int HEADERS = 40;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private InnerPackets() {}

    /** Writes one of TCP with {@code payload} octets, which stay as they are. */
    static void tcp(MemorySegment memory, long at, int source, int destination, int sequence, int payload) {
        int total = HEADERS + payload;
        memory.asSlice(at, HEADERS).fill((byte) 0);
        memory.set(SHORT, at, (short) 0x4500);
        memory.set(SHORT, at + 2, (short) total);
        memory.set(SHORT, at + 6, (short) 0x4000);
        memory.set(SHORT, at + 8, (short) (64 << 8 | 6));
        memory.set(INT, at + 12, source);
        memory.set(INT, at + 16, destination);
        memory.set(SHORT, at + 10, (short) Checksums.of(memory, at, 20));
        memory.set(SHORT, at + 20, (short) 40_000);
        memory.set(SHORT, at + 22, (short) 5201);
        memory.set(INT, at + 24, sequence);
        memory.set(INT, at + 28, 1);
        memory.set(SHORT, at + 32, (short) 0x5010);
        memory.set(SHORT, at + 34, (short) 512);
        long sum = Checksums.pseudoHeader(0, source & 0xffff_ffffL, 0, destination & 0xffff_ffffL, 6, total - 20)
                + Checksums.sum(memory, at + 20, total - 20);
        memory.set(SHORT, at + 36, (short) Checksums.complement(sum));
    }
}
