package dev.espalier.agent.loop;

import dev.espalier.esp.packet.Drop;
import dev.espalier.esp.packet.DropCounters;
import dev.espalier.esp.packet.EspOutbound;
import dev.espalier.esp.packet.PacketBatch;
import dev.espalier.esp.packet.PacketBuffer;
import dev.espalier.esp.packet.StagedPackets;
import dev.espalier.esp.packet.Verdict;
import dev.espalier.esp.sad.SecurityDatabase;
import dev.espalier.esp.sad.SecurityDatabase.Tables;
import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.tun.TunQueue;
import dev.espalier.wire.ip.UdpPath;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** TUN device to network: read a batch, seal each packet in place, send the batch. Packets that waited for an SA go first. */
final class OutboundLoop extends PacketLoop {
    private final TunQueue tun;
    private final SecurityDatabase database;
    private final EspOutbound outbound;
    private final DropCounters drops;
    private final PacketBatch batch;
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
        this.tun = tun;
        this.database = database;
        this.drops = drops;
        this.batch = new PacketBatch(settings.batchSize(), settings.maxPacketBytes());
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
        this.senderV4 = new EspSender(sockets.esp(false), false, settings.batchSize(), drops, counters);
        this.senderV6 = new EspSender(sockets.esp(true), true, settings.batchSize(), drops, counters);
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
        int count = readBatch();
        seal(count, tables, nowNanos);
        if (count < batch.size()) {
            outbound.expireStaged(nowNanos);
            return false;
        }
        return true;
    }

    private void releaseStaged(Tables tables, long nowNanos) throws ErrnoException {
        int count;
        do {
            count = 0;
            while (count < batch.size() && outbound.nextReleased(batch.get(count), tables, nowNanos)) {
                count++;
            }
            seal(count, tables, nowNanos);
        } while (count == batch.size());
    }

    private int readBatch() throws ErrnoException {
        for (int count = 0; count < batch.size(); count++) {
            PacketBuffer packet = batch.get(count);
            packet.clear();
            int read = tun.read(packet.address() + packet.offset(), packet.maxLength());
            if (read < 0) {
                if (read == -Errno.EAGAIN || count > 0) {
                    return count;
                }
                throw new ErrnoException("read", "TUN device", -read);
            }
            packet.set(packet.offset(), read);
        }
        return batch.size();
    }

    private void seal(int count, Tables tables, long nowNanos) throws ErrnoException {
        for (int i = 0; i < count; i++) {
            PacketBuffer packet = batch.get(i);
            int length = packet.length();
            Verdict verdict = process(packet, tables, nowNanos);
            if (verdict == Verdict.STALE) {
                verdict = processAgain(packet, nowNanos);
            }
            if (verdict == Verdict.FORWARD) {
                UdpPath path = Objects.requireNonNull(packet.path());
                (path.remote().address().v6() ? senderV6 : senderV4).add(packet, path, length);
            } else if (verdict == Verdict.REPLY) {
                reply(packet);
            }
        }
        senderV4.flush();
        senderV6.flush();
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
            return outbound.process(packet, tables, nowNanos);
        } catch (RuntimeException e) {
            drops.count(Drop.INTERNAL_ERROR);
            reportPacket(e);
            return Verdict.DROPPED;
        }
    }

    private void reply(PacketBuffer packet) {
        if (tun.write(packet.address() + packet.offset(), packet.length()) < 0) {
            drops.count(Drop.TUN_WRITE_FAILED);
        }
    }
}
