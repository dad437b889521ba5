package dev.espalier.agent.loop;

import dev.espalier.esp.packet.Coalescer;
import dev.espalier.esp.packet.Datagram;
import dev.espalier.esp.packet.Drop;
import dev.espalier.esp.packet.DropCounters;
import dev.espalier.esp.packet.EspInbound;
import dev.espalier.esp.packet.PacketBuffer;
import dev.espalier.esp.packet.Verdict;
import dev.espalier.esp.sad.SecurityDatabase;
import dev.espalier.esp.sad.SecurityDatabase.Tables;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.tun.TunQueue;
import dev.espalier.linux.udp.ReceiveBatch;
import dev.espalier.linux.udp.UdpSocket;
import dev.espalier.wire.Octets;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** One socket to TUN device: receive a batch, hand IKE on, open ESP in place, write what is authentic and allowed. */
final class InboundLoop extends PacketLoop {
    private static final ValueLayout.OfInt SPI = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int ESP_HEADER_LENGTH = 8;
    private static final long UNKNOWN_SPI_PAUSE_NANOS = 100_000_000;
    private static final int COALESCED_MESSAGES = 16;
    private static final int MOST_SEGMENTS = 64;

    private final UdpSocket socket;
    private final boolean marked;
    private final int longest;
    private final SecurityDatabase database;
    private final DropCounters drops;
    private final LoopCounters counters;
    private final ControlPlane control;
    private final EspInbound inbound;
    private final MemorySegment memory;
    private final PacketBuffer packet;
    private final ReceiveBatch received;
    private final TunWriter writer;
    private final Coalescer coalescer;
    private long tellAgainNanos;

    /** @param marked whether the socket's port carries ESP, and IKE behind the non-ESP marker */
    InboundLoop(
            String name,
            UdpSocket socket,
            boolean marked,
            TunQueue tun,
            SecurityDatabase database,
            DataPathSettings settings,
            DropCounters drops,
            LoopCounters counters,
            ControlPlane control)
            throws ErrnoException {
        super(name, control, 1);
        this.socket = socket;
        this.marked = marked;
        this.database = database;
        this.drops = drops;
        this.counters = counters;
        this.control = control;
        this.inbound = new EspInbound(drops, control);
        // A message that the kernel put together can be as long as UDP allows; few of them are as much work as many
        // small ones.
        boolean large = socket.coalesces();
        int messages = large ? COALESCED_MESSAGES : settings.batchSize();
        int room = large ? 0xffff : settings.maxPacketBytes();
        this.longest = settings.maxPacketBytes();
        long slot = (PacketBuffer.HEADROOM + room + PacketBuffer.TAILROOM + 63L) & -64;
        this.memory = Arena.ofAuto().allocate(messages * slot, 64);
        this.packet = new PacketBuffer(memory);
        this.received = ReceiveBatch.of(Arena.ofAuto(), messages);
        for (int i = 0; i < messages; i++) {
            received.buffer(i, memory.address() + i * slot + PacketBuffer.HEADROOM, room);
        }
        this.writer = new TunWriter(tun, drops);
        Offloads offloads = settings.offloads();
        this.coalescer = new Coalescer(memory, messages * MOST_SEGMENTS, offloads.tso(), offloads.uso(), writer);
        this.tellAgainNanos = System.nanoTime();
        watch(socket.fd());
    }

    @Override
    boolean turn(long nowNanos) throws ErrnoException {
        int count = socket.receive(received);
        Tables tables = database.tables();
        for (int i = 0; i < count; i++) {
            if (received.truncated(i)) {
                drops.count(Drop.DATAGRAM_TRUNCATED);
                continue;
            }
            noteOuterAddresses(i);
            int at = (int) (received.address(i) - memory.address());
            int end = at + received.length(i);
            int size = Math.max(1, received.segmentSize(i));
            do {
                datagram(i, at, Math.min(size, end - at), tables, nowNanos);
                at += size;
            } while (at < end);
        }
        coalescer.flush();
        writer.count(counters);
        return count == received.capacity();
    }

    private void datagram(int i, int at, int length, Tables tables, long nowNanos) {
        if (length > longest) {
            drops.count(Drop.DATAGRAM_TRUNCATED);
            return;
        }
        packet.clear();
        packet.set(at, length);
        switch (Datagram.classify(memory, at, length, marked)) {
            case ESP -> esp(i, tables, nowNanos);
            case IKE -> ike(i);
            case KEEPALIVE -> counters.keepalives.increment();
            case RUNT -> drops.count(Drop.RUNT_DATAGRAM);
        }
    }

    private void noteOuterAddresses(int i) {
        packet.outer()
                .set(
                        received.v6(i),
                        received.localHigh(i),
                        received.localLow(i),
                        received.localPort(),
                        received.sourceHigh(i),
                        received.sourceLow(i),
                        received.sourcePort(i));
    }

    private void esp(int i, Tables tables, long nowNanos) {
        packet.setTrafficClass(received.trafficClass(i));
        int spi = packet.length() < ESP_HEADER_LENGTH ? 0 : memory.get(SPI, packet.offset());
        Verdict verdict = process(tables, nowNanos);
        if (verdict == Verdict.FORWARD) {
            coalescer.add(packet.offset(), inbound.view());
        } else if (verdict == Verdict.DUMMY) {
            counters.dummiesIn.increment();
        } else if (tables.sad().inbound(spi) == null) {
            unknownSpi(i, nowNanos);
        }
    }

    private void unknownSpi(int i, long nowNanos) {
        if (nowNanos - tellAgainNanos >= 0) {
            tellAgainNanos = nowNanos + UNKNOWN_SPI_PAUSE_NANOS;
            control.unknownSpi(received.path(i));
        }
    }

    /** A bug of ours that one packet hits must not cost the others. */
    private Verdict process(Tables tables, long nowNanos) {
        try {
            return inbound.process(packet, tables, nowNanos);
        } catch (RuntimeException e) {
            drops.count(Drop.INTERNAL_ERROR);
            reportPacket(e);
            return Verdict.DROPPED;
        }
    }

    private void ike(int i) {
        int skip = marked ? Datagram.NON_ESP_MARKER_LENGTH : 0;
        byte[] message = new byte[packet.length() - skip];
        MemorySegment.copy(
                packet.memory(), ValueLayout.JAVA_BYTE, packet.offset() + (long) skip, message, 0, message.length);
        if (control.ikeDatagram(received.path(i), Octets.wrap(message))) {
            counters.ikeDatagrams.increment();
        } else {
            drops.count(Drop.IKE_QUEUE_FULL);
        }
    }

    /** Datagrams that the kernel dropped because this loop was too slow. */
    long receiveQueueDrops() {
        return socket.kernelDrops();
    }
}
