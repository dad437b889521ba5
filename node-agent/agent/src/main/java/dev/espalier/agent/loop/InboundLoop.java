package dev.espalier.agent.loop;

import dev.espalier.esp.packet.Datagram;
import dev.espalier.esp.packet.Drop;
import dev.espalier.esp.packet.DropCounters;
import dev.espalier.esp.packet.EspInbound;
import dev.espalier.esp.packet.PacketBatch;
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

    private final UdpSocket socket;
    private final boolean marked;
    private final TunQueue tun;
    private final SecurityDatabase database;
    private final DropCounters drops;
    private final LoopCounters counters;
    private final ControlPlane control;
    private final EspInbound inbound;
    private final PacketBatch batch;
    private final ReceiveBatch received;
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
        this.tun = tun;
        this.database = database;
        this.drops = drops;
        this.counters = counters;
        this.control = control;
        this.inbound = new EspInbound(drops, control);
        this.batch = new PacketBatch(settings.batchSize(), settings.maxPacketBytes());
        this.received = ReceiveBatch.of(Arena.ofAuto(), settings.batchSize());
        for (int i = 0; i < batch.size(); i++) {
            PacketBuffer packet = batch.get(i);
            received.buffer(i, packet.address() + PacketBuffer.HEADROOM, packet.maxLength());
        }
        this.tellAgainNanos = System.nanoTime();
        watch(socket.fd());
    }

    @Override
    boolean turn(long nowNanos) throws ErrnoException {
        int count = socket.receive(received);
        Tables tables = database.tables();
        long bytes = 0;
        int delivered = 0;
        for (int i = 0; i < count; i++) {
            PacketBuffer packet = batch.get(i);
            packet.clear();
            packet.set(packet.offset(), received.length(i));
            if (received.truncated(i)) {
                drops.count(Drop.DATAGRAM_TRUNCATED);
                continue;
            }
            switch (Datagram.classify(packet.memory(), packet.offset(), packet.length(), marked)) {
                case ESP -> {
                    if (esp(i, packet, tables, nowNanos)) {
                        delivered++;
                        bytes += packet.length();
                    }
                }
                case IKE -> ike(i, packet);
                case KEEPALIVE -> counters.keepalives.increment();
                case RUNT -> drops.count(Drop.RUNT_DATAGRAM);
            }
        }
        if (delivered > 0) {
            counters.packetsIn.add(delivered);
            counters.bytesIn.add(bytes);
        }
        return count == batch.size();
    }

    private boolean esp(int i, PacketBuffer packet, Tables tables, long nowNanos) {
        packet.setTrafficClass(received.trafficClass(i));
        packet.outer()
                .set(
                        received.v6(i),
                        received.localHigh(i),
                        received.localLow(i),
                        received.localPort(),
                        received.sourceHigh(i),
                        received.sourceLow(i),
                        received.sourcePort(i));
        int spi = packet.length() < ESP_HEADER_LENGTH ? 0 : packet.memory().get(SPI, packet.offset());
        Verdict verdict = process(packet, tables, nowNanos);
        if (verdict == Verdict.DROPPED && tables.sad().inbound(spi) == null) {
            unknownSpi(i, nowNanos);
        }
        if (verdict == Verdict.DUMMY) {
            counters.dummiesIn.increment();
        }
        if (verdict != Verdict.FORWARD) {
            return false;
        }
        if (tun.write(packet.address() + packet.offset(), packet.length()) < 0) {
            drops.count(Drop.TUN_WRITE_FAILED);
            return false;
        }
        return true;
    }

    private void unknownSpi(int i, long nowNanos) {
        if (nowNanos - tellAgainNanos >= 0) {
            tellAgainNanos = nowNanos + UNKNOWN_SPI_PAUSE_NANOS;
            control.unknownSpi(received.path(i));
        }
    }

    /** A bug of ours that one packet hits must not cost the others. */
    private Verdict process(PacketBuffer packet, Tables tables, long nowNanos) {
        try {
            return inbound.process(packet, tables, nowNanos);
        } catch (RuntimeException e) {
            drops.count(Drop.INTERNAL_ERROR);
            reportPacket(e);
            return Verdict.DROPPED;
        }
    }

    private void ike(int i, PacketBuffer packet) {
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
