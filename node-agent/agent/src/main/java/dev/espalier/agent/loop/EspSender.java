package dev.espalier.agent.loop;

import dev.espalier.esp.packet.Drop;
import dev.espalier.esp.packet.DropCounters;
import dev.espalier.esp.packet.PacketBuffer;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.libc.PollSet;
import dev.espalier.linux.udp.SendBatch;
import dev.espalier.linux.udp.UdpSocket;
import dev.espalier.wire.ip.UdpPath;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/** Sends the sealed packets of one batch and address family together. Owned by one loop. */
final class EspSender {
    /** How long a full send queue may hold up the loop before its packets are dropped. */
    private static final long PATIENCE_NANOS = 50_000_000L;

    private final @Nullable UdpSocket socket;
    private final DropCounters drops;
    private final LoopCounters counters;
    private final SendBatch batch;
    private final int[] innerLengths;
    private final PollSet writable;

    /** @param socket null where the kernel lacks the family: its packets are dropped and counted */
    EspSender(@Nullable UdpSocket socket, boolean v6, int capacity, DropCounters drops, LoopCounters counters) {
        this.socket = socket;
        this.drops = drops;
        this.counters = counters;
        Arena arena = Arena.ofAuto();
        this.batch = new SendBatch(arena, v6, capacity);
        this.innerLengths = new int[capacity];
        this.writable = new PollSet(arena, 1);
        if (socket != null) {
            writable.add(socket.fd(), PollSet.POLLOUT);
        }
    }

    /** Takes {@code packet}, whose slot must stay as it is until {@link #flush}. */
    void add(PacketBuffer packet, UdpPath path, int innerLength) {
        if (socket == null) {
            drops.count(Drop.SEND_FAILED);
            return;
        }
        int index = batch.add(packet.address() + packet.offset(), packet.length(), path, packet.trafficClass());
        innerLengths[index] = innerLength;
    }

    /** Sends all that was added, in order, and counts what went and what did not. */
    void flush() throws ErrnoException {
        if (socket == null || batch.count() == 0) {
            return;
        }
        try {
            if (!socket.send(batch)) {
                writable.await(PATIENCE_NANOS);
                socket.send(batch);
            }
            count(batch.count() - batch.pending());
        } finally {
            batch.clear();
        }
    }

    /** @param dealtWith messages at the front of the batch that the kernel took or refused; it had no room for the rest */
    private void count(int dealtWith) {
        int sent = 0;
        long bytes = 0;
        for (int i = 0; i < dealtWith; i++) {
            if (batch.error(i) == 0) {
                sent++;
                bytes += innerLengths[i];
            }
        }
        counters.packetsOut.add(sent);
        counters.bytesOut.add(bytes);
        if (sent < batch.count()) {
            drops.count(Drop.SEND_FAILED, batch.count() - sent);
        }
    }
}
