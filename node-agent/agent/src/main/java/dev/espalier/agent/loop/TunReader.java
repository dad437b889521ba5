package dev.espalier.agent.loop;

import dev.espalier.esp.packet.PacketBuffer;
import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.tun.TunQueue;
import dev.espalier.linux.tun.VirtioHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Reads what the TUN device has into one piece of memory, packet behind packet, so that a batch of small ones touches little of it and a few
 * large ones still fit. Owned by one loop; allocates only when it is made.
 */
final class TunReader {
    private static final int LONGEST = 0xffff;
    private static final int LARGE_PACKETS = 3;
    /** Room in front of the next packet, so that an ICMP error that grows forwards only covers what has been dealt with. */
    private static final int GAP = 16;

    private final TunQueue tun;
    private final MemorySegment memory;
    private final PacketBuffer[] packets;
    private boolean drained;

    /** @param most packets in a batch */
    TunReader(TunQueue tun, int most) {
        this.tun = tun;
        memory = Arena.ofAuto()
                .allocate(
                        PacketBuffer.HEADROOM + (long) LARGE_PACKETS * (LONGEST + 2 * GAP) + PacketBuffer.TAILROOM, 64);
        packets = new PacketBuffer[most];
        for (int i = 0; i < most; i++) {
            packets[i] = new PacketBuffer(memory);
        }
    }

    PacketBuffer get(int i) {
        return packets[i];
    }

    /** Whether the last {@link #read} ended because there was no more. */
    boolean drained() {
        return drained;
    }

    /**
     * Reads until there is no more, or no room.
     *
     * @return how many packets
     * @throws ErrnoException when the device is gone or down and nothing was read
     */
    int read() throws ErrnoException {
        int header = tun.headerBytes();
        int at = PacketBuffer.HEADROOM;
        int count = 0;
        drained = false;
        while (count < packets.length && at + GAP + LONGEST <= memory.byteSize() - PacketBuffer.TAILROOM) {
            int start = at + GAP;
            int read = tun.read(memory.address() + start - header, header + LONGEST);
            if (read < header) {
                drained = true;
                if (read < 0 && read != -Errno.EAGAIN && count == 0) {
                    throw new ErrnoException("read", "TUN device", -read);
                }
                return count;
            }
            PacketBuffer packet = packets[count++];
            packet.clear();
            packet.set(start, read - header);
            if (header > 0) {
                offload(packet, memory.address() + start - header);
            }
            at = (start + read - header + GAP - 1) & -GAP;
        }
        return count;
    }

    private static void offload(PacketBuffer packet, long header) {
        int segmentSize =
                VirtioHeader.segmentation(header) == VirtioHeader.NOT_SEGMENTED ? 0 : VirtioHeader.segmentSize(header);
        boolean checksum = (VirtioHeader.flags(header) & VirtioHeader.NEEDS_CHECKSUM) != 0;
        if (checksum || segmentSize > 0) {
            packet.setOffload(
                    segmentSize,
                    checksum ? VirtioHeader.checksumStart(header) : PacketBuffer.NO_CHECKSUM,
                    checksum ? VirtioHeader.checksumOffset(header) : 0);
        }
    }
}
