package dev.espalier.esp.packet;

import dev.espalier.wire.ip.UdpPath;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Sealed packets of one batch in the order in which they were sealed, packed into runs: a run's packets lie behind each other, go along one
 * path, and are of one size but for the last, which may be shorter. That is what UDP segmentation offload sends by one call. Owned by one loop;
 * allocates only when it is made.
 */
public final class SealedBatch {
    /** Octets of UDP payload that fit one IP packet with the largest headers in front of it; also the most that Linux cuts at a time. */
    private static final int MOST_RUN_BYTES = 65_535 - 40 - 8;
    /** What sealing may add to a packet: ESP header and IV, padding, trailer and ICV. */
    private static final int MOST_OVERHEAD = 16 + 3 + 2 + 32;
    /** IP and TCP headers with all their options and some extension headers, which each segment gets a copy of. */
    private static final int MOST_HEADERS = 240;

    private static final int ALIGNMENT = 64;

    private final MemorySegment memory;
    private final int most;
    private final int[] offsets;
    private final int[] bytes;
    private final int[] sizes;
    private final int[] packets;
    private final int[] innerBytes;
    private final int[] trafficClasses;
    private final @Nullable UdpPath[] paths;
    private int runs;
    private int end;
    private boolean open;

    /**
     * @param capacityBytes of all packets
     * @param runs at most
     * @param packetsPerRun 1 keeps every packet by itself
     */
    public SealedBatch(int capacityBytes, int runs, int packetsPerRun) {
        memory = Arena.ofAuto().allocate(capacityBytes, ALIGNMENT);
        most = packetsPerRun;
        offsets = new int[runs];
        bytes = new int[runs];
        sizes = new int[runs];
        packets = new int[runs];
        innerBytes = new int[runs];
        trafficClasses = new int[runs];
        paths = new @Nullable UdpPath[runs];
    }

    /** Whether all that {@code packet} may become is sure to fit; if not, send what is here first. */
    public boolean hasRoomFor(PacketBuffer packet) {
        int segments = segmentsOf(packet);
        int need = packet.length() + segments * (MOST_OVERHEAD + ALIGNMENT) + (segments - 1) * MOST_HEADERS;
        return end + need <= memory.byteSize() && runs + segments <= offsets.length;
    }

    private static int segmentsOf(PacketBuffer packet) {
        return packet.segmentSize() == 0 ? 1 : packet.length() / packet.segmentSize() + 1;
    }

    public MemorySegment memory() {
        return memory;
    }

    public int runs() {
        return runs;
    }

    public boolean isEmpty() {
        return runs == 0;
    }

    /** Where run {@code i} starts, as an address. */
    public long address(int i) {
        return memory.address() + offsets[i];
    }

    /** Octets of run {@code i}. */
    public int bytes(int i) {
        return bytes[i];
    }

    /** Octets of each packet of run {@code i} but the last. */
    public int packetSize(int i) {
        return sizes[i];
    }

    public int packets(int i) {
        return packets[i];
    }

    /** Octets of the inner packets of run {@code i}. */
    public int innerBytes(int i) {
        return innerBytes[i];
    }

    public int trafficClass(int i) {
        return trafficClasses[i];
    }

    public UdpPath path(int i) {
        return Objects.requireNonNull(paths[i]);
    }

    public void clear() {
        runs = 0;
        end = 0;
        open = false;
    }

    /**
     * Where the next packet is to be written so that it may join the last run; nothing is taken until {@link #add}.
     *
     * @param size of the sealed packet
     */
    int place(int size, UdpPath path, int trafficClass) {
        return joins(size, path, trafficClass) ? end : aligned();
    }

    /** Takes the packet that was written to {@link #place}. */
    void add(int size, UdpPath path, int trafficClass, int inner) {
        if (joins(size, path, trafficClass)) {
            int run = runs - 1;
            bytes[run] += size;
            packets[run]++;
            innerBytes[run] += inner;
            open = size == sizes[run];
            end += size;
            return;
        }
        int run = runs++;
        offsets[run] = aligned();
        bytes[run] = size;
        sizes[run] = size;
        packets[run] = 1;
        innerBytes[run] = inner;
        trafficClasses[run] = trafficClass;
        paths[run] = path;
        end = offsets[run] + size;
        open = true;
    }

    private int aligned() {
        return (end + ALIGNMENT - 1) & -ALIGNMENT;
    }

    // By identity: an SA keeps its path object until it moves.
    @SuppressWarnings("ReferenceEquality")
    private boolean joins(int size, UdpPath path, int trafficClass) {
        int run = runs - 1;
        return open
                && size <= sizes[run]
                && packets[run] < most
                && bytes[run] + size <= MOST_RUN_BYTES
                && paths[run] == path
                && trafficClasses[run] == trafficClass;
    }
}
