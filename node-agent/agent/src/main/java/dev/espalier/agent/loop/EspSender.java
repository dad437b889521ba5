package dev.espalier.agent.loop;

import dev.espalier.esp.packet.Drop;
import dev.espalier.esp.packet.DropCounters;
import dev.espalier.esp.packet.SealedBatch;
import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.libc.PollSet;
import dev.espalier.linux.udp.SendBatch;
import dev.espalier.linux.udp.UdpSocket;
import dev.espalier.wire.ip.UdpPath;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sends the sealed packets of one address family. A run goes out by one message that the kernel cuts; where a device refuses that, its
 * packets go one by one, and so do the next of the same path for a while.
 */
final class EspSender {
    /** How long a full send queue may hold up the loop before its packets are dropped. */
    private static final long PATIENCE_NANOS = 50_000_000L;
    /** After which a path that refused to be segmented is tried again: its route may lead through another device by then. */
    private static final long REFUSAL_NANOS = 30_000_000_000L;

    private static final int MESSAGES = 64;

    private final @Nullable UdpSocket socket;
    private final boolean v6;
    private final DropCounters drops;
    private final LoopCounters counters;
    private final SendBatch messages;
    private final int[] runs = new int[MESSAGES];
    private final int[] again = new int[MESSAGES];
    private final PollSet writable;
    private final Map<UdpPath, Long> refused = new HashMap<>();

    /** @param socket null where the kernel lacks the family: its packets are dropped and counted */
    EspSender(@Nullable UdpSocket socket, boolean v6, DropCounters drops, LoopCounters counters) {
        this.socket = socket;
        this.v6 = v6;
        this.drops = drops;
        this.counters = counters;
        Arena arena = Arena.ofAuto();
        this.messages = new SendBatch(arena, v6, MESSAGES);
        this.writable = new PollSet(arena, 1);
        if (socket != null) {
            writable.add(socket.fd(), PollSet.POLLOUT);
        }
    }

    /** Sends the runs of this family, in order, and counts what went and what did not. */
    void send(SealedBatch sealed, long nowNanos) throws ErrnoException {
        for (int run = 0; run < sealed.runs(); run++) {
            UdpPath path = sealed.path(run);
            if (path.remote().address().v6() != v6) {
                continue;
            }
            if (socket == null) {
                drops.count(Drop.SEND_FAILED, sealed.packets(run));
            } else if (sealed.packets(run) > 1 && isRefused(path, nowNanos)) {
                flush(sealed, nowNanos);
                sendOneByOne(sealed, run);
            } else {
                if (messages.isFull()) {
                    flush(sealed, nowNanos);
                }
                int size = sealed.packets(run) > 1 ? sealed.packetSize(run) : 0;
                runs[messages.add(sealed.address(run), sealed.bytes(run), size, path, sealed.trafficClass(run))] = run;
            }
        }
        flush(sealed, nowNanos);
    }

    private boolean isRefused(UdpPath path, long nowNanos) {
        if (refused.isEmpty()) {
            return false;
        }
        Long until = refused.get(path);
        if (until != null && nowNanos - until > 0) {
            refused.remove(path);
            return false;
        }
        return until != null;
    }

    private void flush(SealedBatch sealed, long nowNanos) throws ErrnoException {
        int count = messages.count();
        if (socket == null || count == 0) {
            return;
        }
        int whole = 0;
        try {
            transmit(socket);
            int dealtWith = count - messages.pending();
            for (int i = 0; i < count; i++) {
                int run = runs[i];
                if (i >= dealtWith) {
                    drops.count(Drop.SEND_FAILED, sealed.packets(run));
                } else if (messages.error(i) == 0) {
                    counters.packetsOut.add(sealed.packets(run));
                    counters.bytesOut.add(sealed.innerBytes(run));
                } else if (sealed.packets(run) == 1 || !mayBeRefusal(messages.error(i))) {
                    drops.count(Drop.SEND_FAILED, sealed.packets(run));
                } else {
                    refused.put(sealed.path(run), nowNanos + REFUSAL_NANOS);
                    again[whole++] = run;
                }
            }
        } finally {
            messages.clear();
        }
        for (int i = 0; i < whole; i++) {
            sendOneByOne(sealed, again[i]);
        }
    }

    /** A device without checksum offload refuses with EIO or EINVAL; EMSGSIZE says that one packet alone would have to be fragmented. */
    private static boolean mayBeRefusal(int errno) {
        return errno == Errno.EIO || errno == Errno.EINVAL || errno == Errno.EMSGSIZE || errno == Errno.EOPNOTSUPP;
    }

    private void sendOneByOne(SealedBatch sealed, int run) throws ErrnoException {
        UdpSocket to = socket;
        if (to == null) {
            return;
        }
        int size = sealed.packetSize(run);
        int total = sealed.bytes(run);
        int inner = sealed.innerBytes(run) / sealed.packets(run);
        int sent = 0;
        for (int at = 0; at < total; at += size) {
            messages.add(
                    sealed.address(run) + at,
                    Math.min(size, total - at),
                    0,
                    sealed.path(run),
                    sealed.trafficClass(run));
            if (messages.isFull() || at + size >= total) {
                transmit(to);
                for (int i = 0; i < messages.count() - messages.pending(); i++) {
                    sent += messages.error(i) == 0 ? 1 : 0;
                }
                messages.clear();
            }
        }
        counters.packetsOut.add(sent);
        counters.bytesOut.add((long) sent * inner);
        if (sent < sealed.packets(run)) {
            drops.count(Drop.SEND_FAILED, sealed.packets(run) - (long) sent);
        }
    }

    private void transmit(UdpSocket to) throws ErrnoException {
        if (!to.send(messages)) {
            writable.await(PATIENCE_NANOS);
            to.send(messages);
        }
    }
}
