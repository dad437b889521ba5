package dev.espalier.esp.packet;

import dev.espalier.wire.ip.IpPacketView;
import java.lang.foreign.MemorySegment;

/**
 * Puts packets of one flow that follow each other together, so that the kernel handles them as one (generic receive offload, GRO). What comes
 * out and is cut again is, octet for octet, what went in: packets join only when the cut would bring back just them, and a packet whose checksum
 * is wrong joins nothing and stays wrong.
 *
 * <p>Packets of one flow keep their order: whenever one does not join, its flow's packet is finished, and packets are delivered in the order
 * in which the first of each came. Nothing is copied; headers of the first are changed in place. Owned by one loop; allocates only when it
 * is made.
 */
public final class Coalescer {
    /** Packets that may still grow; more flows than that in one batch are each other's neighbours too seldom to gain. */
    private static final int OPEN = 8;

    private static final int MOST_SEGMENTS = 64;
    private static final int NONE = -1;

    private final PacketSink sink;
    private final boolean tcp;
    private final boolean udp;
    private final MemorySegment memory;
    private final FlowHeader header = new FlowHeader();

    // Packets, in the order in which they came.
    private final long[] offsets;
    private final int[] lengths;
    private final int[] following;
    private int packets;

    // Super-packets, in the order of their first packets.
    private final int[] first;
    private final int[] last;
    private final int[] count;
    private final int[] headerLength;
    private final int[] segmentSize;
    private final int[] payload;
    private final long[] flow;
    private final boolean[] growing;
    private int supers;

    private final SuperPacket delivered;

    /**
     * @param memory that all packets lie in
     * @param capacity packets that may be added between two calls of {@link #flush}; more flush by themselves
     * @param tcp whether TCP may be put together: the device takes TSO
     * @param udp whether UDP may be: the device takes USO
     */
    public Coalescer(MemorySegment memory, int capacity, boolean tcp, boolean udp, PacketSink sink) {
        this.memory = memory;
        this.sink = sink;
        this.tcp = tcp;
        this.udp = udp;
        offsets = new long[capacity];
        lengths = new int[capacity];
        following = new int[capacity];
        first = new int[capacity];
        last = new int[capacity];
        count = new int[capacity];
        headerLength = new int[capacity];
        segmentSize = new int[capacity];
        payload = new int[capacity];
        flow = new long[capacity];
        growing = new boolean[capacity];
        delivered = new SuperPacket(MOST_SEGMENTS);
    }

    /**
     * Takes a packet, whose memory must stay as it is until {@link #flush}.
     *
     * @param view of the packet, which starts at {@code offset}
     */
    public void add(long offset, IpPacketView view) {
        if (packets == offsets.length) {
            flush();
        }
        boolean candidate = (tcp || udp) && header.read(memory, offset, view) && (header.tcp ? tcp : udp);
        if (candidate) {
            int open = find();
            if (open != NONE) {
                if (joins(open)) {
                    join(open, offset);
                    return;
                }
                growing[open] = false;
            }
        } else if (view.isFragment()) {
            // Whose it is, only its first fragment says: nothing that is behind it may go in front.
            for (int i = oldestOpen(); i < supers; i++) {
                growing[i] = false;
            }
        } else if (header.hasFlow) {
            int open = find();
            if (open != NONE) {
                growing[open] = false;
            }
        }
        begin(offset, view.totalLength(), candidate);
    }

    private int oldestOpen() {
        return Math.max(0, supers - OPEN);
    }

    /** The packet of the same flow that may still grow. */
    private int find() {
        int oldest = oldestOpen();
        for (int i = supers - 1; i >= oldest; i--) {
            if (growing[i] && flow[i] == header.flow && header.isFlowOf(memory, offsets[first[i]])) {
                return i;
            }
        }
        return NONE;
    }

    private boolean joins(int open) {
        return count[open] < MOST_SEGMENTS
                && header.payload <= segmentSize[open]
                && headerLength[open] == header.length
                && headerLength[open] + payload[open] + header.payload <= 0xffff
                && header.follows(memory, offsets[first[open]], count[open], payload[open])
                && (count[open] > 1 || FlowHeader.checksumIsRight(memory, offsets[first[open]], header, payload[open]))
                && header.checksumIsRight();
    }

    private void join(int open, long offset) {
        int packet = packets++;
        offsets[packet] = offset + header.length;
        lengths[packet] = header.payload;
        following[packet] = NONE;
        following[last[open]] = packet;
        last[open] = packet;
        count[open]++;
        payload[open] += header.payload;
        growing[open] = header.payload == segmentSize[open] && !header.push;
        if (header.push) {
            FlowHeader.setPush(memory, offsets[first[open]], header);
        }
    }

    private void begin(long offset, int length, boolean candidate) {
        int packet = packets++;
        offsets[packet] = offset;
        lengths[packet] = length;
        following[packet] = NONE;
        int begun = supers++;
        first[begun] = packet;
        last[begun] = packet;
        count[begun] = 1;
        growing[begun] = candidate && !header.push;
        if (candidate) {
            flow[begun] = header.flow;
            headerLength[begun] = header.length;
            segmentSize[begun] = header.payload;
            payload[begun] = header.payload;
        }
    }

    /** Delivers all packets. */
    public void flush() {
        for (int i = 0; i < supers; i++) {
            int slices = 0;
            for (int packet = first[i]; packet != NONE; packet = following[packet]) {
                delivered.offsets[slices] = offsets[packet];
                delivered.lengths[slices] = lengths[packet];
                slices++;
            }
            delivered.memory = memory;
            delivered.slices = slices;
            delivered.bytes = lengths[first[i]];
            delivered.segmentSize = 0;
            if (slices > 1) {
                delivered.segmentSize = segmentSize[i];
                delivered.headerLength = headerLength[i];
                delivered.bytes = slices * headerLength[i] + payload[i];
                FlowHeader.finish(delivered, payload[i]);
            }
            sink.deliver(delivered);
        }
        packets = 0;
        supers = 0;
    }
}
