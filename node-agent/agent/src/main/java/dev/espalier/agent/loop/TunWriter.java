package dev.espalier.agent.loop;

import dev.espalier.esp.packet.Drop;
import dev.espalier.esp.packet.DropCounters;
import dev.espalier.esp.packet.PacketBuffer;
import dev.espalier.esp.packet.PacketSink;
import dev.espalier.esp.packet.SuperPacket;
import dev.espalier.linux.libc.Memory;
import dev.espalier.linux.tun.TunQueue;
import dev.espalier.linux.tun.VirtioHeader;
import java.lang.foreign.Arena;

/** Writes packets to the TUN device, those that stand for several by one call. Owned by one loop; allocates only when it is made. */
final class TunWriter implements PacketSink {
    private static final int IOVEC_BYTES = 16;
    private static final int MOST_SLICES = 64;

    private final TunQueue tun;
    private final DropCounters drops;

    @SuppressWarnings("UnusedVariable") // held so that the memory lives as long as its address is used
    private final Arena arena = Arena.ofAuto();

    private final long vectors =
            arena.allocate((long) MOST_SLICES * IOVEC_BYTES, 8).address();
    private long packets;
    private long bytes;

    TunWriter(TunQueue tun, DropCounters drops) {
        this.tun = tun;
        this.drops = drops;
    }

    @Override
    public void deliver(SuperPacket packet) {
        long memory = packet.memory().address();
        long first = memory + packet.offset(0) - tun.headerBytes();
        int written;
        if (packet.slices() == 1) {
            written = writePlain(first, packet.length(0));
        } else {
            VirtioHeader.writeSegmented(
                    first,
                    packet.tcp() ? packet.v6() ? VirtioHeader.TCP_V6 : VirtioHeader.TCP_V4 : VirtioHeader.UDP,
                    packet.headerLength(),
                    packet.segmentSize(),
                    packet.checksumStart(),
                    packet.checksumOffset());
            vector(0, first, tun.headerBytes() + packet.length(0));
            for (int i = 1; i < packet.slices(); i++) {
                vector(i, memory + packet.offset(i), packet.length(i));
            }
            written = tun.writeVector(vectors, packet.slices());
        }
        if (written < 0) {
            drops.count(Drop.TUN_WRITE_FAILED, packet.slices());
        } else {
            packets += packet.slices();
            bytes += packet.bytes();
        }
    }

    /** Writes an answer of ours, which is in front of nothing that is still needed. */
    void reply(PacketBuffer packet) {
        long at = packet.address() + packet.offset() - tun.headerBytes();
        if (writePlain(at, packet.length()) < 0) {
            drops.count(Drop.TUN_WRITE_FAILED);
        }
    }

    private int writePlain(long at, int length) {
        if (tun.headerBytes() > 0) {
            VirtioHeader.writePlain(at);
        }
        return tun.write(at, tun.headerBytes() + length);
    }

    private void vector(int i, long address, int length) {
        Memory.putLong(vectors + (long) i * IOVEC_BYTES, address);
        Memory.putLong(vectors + (long) i * IOVEC_BYTES + 8, length);
    }

    /** Moves what was delivered since the last call to {@code counters}. */
    void count(LoopCounters counters) {
        if (packets > 0) {
            counters.packetsIn.add(packets);
            counters.bytesIn.add(bytes);
            packets = 0;
            bytes = 0;
        }
    }
}
