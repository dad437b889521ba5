package dev.espalier.esp.packet;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A fixed number of {@link PacketBuffer}s in one piece of off-heap memory that lives as long as the batch. Owned by one loop. */
public final class PacketBatch {
    private static final int ALIGNMENT = 64;

    private final PacketBuffer[] packets;

    /**
     * @param slots how many packets
     * @param maxLength the longest packet that a slot takes, without headers added by sealing; slots hold at least 1280 octets
     */
    public PacketBatch(int slots, int maxLength) {
        long slotSize =
                (PacketBuffer.HEADROOM + (long) Math.max(1280, maxLength) + PacketBuffer.TAILROOM + ALIGNMENT - 1)
                        & -ALIGNMENT;
        MemorySegment memory = Arena.ofAuto().allocate(slots * slotSize, ALIGNMENT);
        packets = new PacketBuffer[slots];
        for (int i = 0; i < slots; i++) {
            packets[i] = new PacketBuffer(memory.asSlice(i * slotSize, slotSize));
        }
    }

    public int size() {
        return packets.length;
    }

    public PacketBuffer get(int index) {
        return packets[index];
    }

    /** Exchanges two slots, so that packets to be kept can be moved to the front. */
    public void swap(int one, int other) {
        PacketBuffer kept = packets[one];
        packets[one] = packets[other];
        packets[other] = kept;
    }
}
