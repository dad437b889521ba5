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
    private final SendBatch batch;
    private final PollSet writable;

    /** @param socket null where the kernel lacks the family: its packets are dropped and counted */
    EspSender(@Nullable UdpSocket socket, boolean v6, int capacity, DropCounters drops) {
        this.socket = socket;
        this.drops = drops;
        Arena arena = Arena.ofAuto();
        this.batch = new SendBatch(arena, v6, capacity);
        this.writable = new PollSet(arena, 1);
        if (socket != null) {
            writable.add(socket.fd(), PollSet.POLLOUT);
        }
    }

    /** Takes {@code packet}, whose slot must stay as it is until {@link #flush}; false when it was dropped. */
    boolean add(PacketBuffer packet, UdpPath path) {
        if (socket == null) {
            drops.count(Drop.SEND_FAILED);
            return false;
        }
        batch.add(packet.address() + packet.offset(), packet.length(), path, packet.trafficClass());
        return true;
    }

    /** Sends all that was added, in order; how many the kernel refused or had no room for. */
    int flush() throws ErrnoException {
        if (socket == null || batch.count() == 0) {
            return 0;
        }
        try {
            int failed = 0;
            if (!socket.send(batch)) {
                writable.await(PATIENCE_NANOS);
                if (!socket.send(batch)) {
                    failed = batch.pending();
                }
            }
            for (int i = 0; i < batch.count(); i++) {
                if (batch.error(i) != 0) {
                    failed++;
                }
            }
            if (failed > 0) {
                drops.count(Drop.SEND_FAILED, failed);
            }
            return failed;
        } finally {
            batch.clear();
        }
    }
}
