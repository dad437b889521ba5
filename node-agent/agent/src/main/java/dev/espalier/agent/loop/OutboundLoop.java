package dev.espalier.agent.loop;

import dev.espalier.esp.packet.Drop;
import dev.espalier.esp.packet.DropCounters;
import dev.espalier.esp.packet.EspOutbound;
import dev.espalier.esp.packet.PacketBatch;
import dev.espalier.esp.packet.PacketBuffer;
import dev.espalier.esp.packet.SealedBatch;
import dev.espalier.esp.packet.StagedPackets;
import dev.espalier.esp.packet.Verdict;
import dev.espalier.esp.sad.SecurityDatabase;
import dev.espalier.esp.sad.SecurityDatabase.Tables;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.tun.TunQueue;
import org.jspecify.annotations.Nullable;

/**
 * TUN device to network: read what is there, seal, send. Packets that waited for an SA go first. A batch ends when the device is drained or memory
 * is full; nothing waits for more.
 */
final class OutboundLoop extends PacketLoop {
    private static final int SEALED_BYTES = 512 * 1024;

    private static final int SEALED_RUNS = 2048;
    /** What Linux before 6.9 cuts at most; no device asks for more. */
    private static final int SEGMENTS = 64;

    private final SecurityDatabase database;
    private final EspOutbound outbound;
    private final DropCounters drops;
    private final TunReader reader;
    private final TunWriter writer;
    private final PacketBuffer released;
    private final SealedBatch sealed;
    private final EspSender senderV4;
    private final EspSender senderV6;
    private @Nullable Tables lastTables;

    OutboundLoop(
            String name,
            TunQueue tun,
            UdpSockets sockets,
            SecurityDatabase database,
            DataPathSettings settings,
            DropCounters drops,
            LoopCounters counters,
            ControlPlane control)
            throws ErrnoException {
        super(name, control, 1);
        this.database = database;
        this.drops = drops;
        this.reader = new TunReader(tun, settings.batchSize());
        this.writer = new TunWriter(tun, drops);
        this.released = new PacketBatch(1, settings.maxPacketBytes()).get(0);
        this.sealed =
                new SealedBatch(SEALED_BYTES, SEALED_RUNS, settings.offloads().gso() ? SEGMENTS : 1);
        this.outbound = new EspOutbound(
                settings.outbound(),
                new StagedPackets(
                        settings.stagedPackets(),
                        settings.stagedPerPeer(),
                        settings.maxPacketBytes(),
                        settings.stagedMaxAge().toNanos(),
                        drops),
                drops,
                control);
        this.senderV4 = new EspSender(sockets.esp(false), false, drops, counters);
        this.senderV6 = new EspSender(sockets.esp(true), true, drops, counters);
        watch(tun.fd());
    }

    @Override
    @SuppressWarnings(
            "ReferenceEquality") // every change makes a new instance, and comparing contents would cost each batch
    boolean turn(long nowNanos) throws ErrnoException {
        Tables tables = database.tables();
        if (tables != lastTables) {
            releaseStaged(tables, nowNanos);
            lastTables = tables;
        }
        int count = reader.read();
        for (int i = 0; i < count; i++) {
            seal(reader.get(i), tables, nowNanos);
        }
        send(nowNanos);
        if (reader.drained()) {
            outbound.expireStaged(nowNanos);
            return false;
        }
        return true;
    }

    private void releaseStaged(Tables tables, long nowNanos) throws ErrnoException {
        while (outbound.nextReleased(released, tables, nowNanos)) {
            seal(released, tables, nowNanos);
        }
        send(nowNanos);
    }

    private void send(long nowNanos) throws ErrnoException {
        if (!sealed.isEmpty()) {
            try {
                senderV4.send(sealed, nowNanos);
                senderV6.send(sealed, nowNanos);
            } finally {
                sealed.clear();
            }
        }
    }

    private void seal(PacketBuffer packet, Tables tables, long nowNanos) throws ErrnoException {
        if (!sealed.hasRoomFor(packet)) {
            send(nowNanos);
        }
        Verdict verdict = process(packet, tables, nowNanos);
        if (verdict == Verdict.STALE) {
            verdict = processAgain(packet, nowNanos);
        }
        if (verdict == Verdict.REPLY) {
            writer.reply(packet);
        }
    }

    /** A rekey removed the SA between reading the tables and sealing: the tables of now have the one that replaced it. */
    private Verdict processAgain(PacketBuffer packet, long nowNanos) {
        Verdict verdict = process(packet, database.tables(), nowNanos);
        if (verdict == Verdict.STALE) {
            drops.count(Drop.SA_CLOSED);
        }
        return verdict;
    }

    /** A bug of ours that one packet hits must not cost the others. */
    private Verdict process(PacketBuffer packet, Tables tables, long nowNanos) {
        try {
            return outbound.process(packet, tables, sealed, nowNanos);
        } catch (RuntimeException e) {
            drops.count(Drop.INTERNAL_ERROR);
            reportPacket(e);
            return Verdict.DROPPED;
        }
    }
}
