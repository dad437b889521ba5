package dev.espalier.esp.packet;

import dev.espalier.esp.sad.Sad;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Packets that wait for the first SA with their peer: a bounded few for each peer and overall, oldest dropped first (RFC 4301 5.1,
 * ESP-14). Never sent in clear. Owned by one loop.
 */
public final class StagedPackets {
    /** How often {@link #stage} says again that an SA is needed. */
    private static final long REMIND_NANOS = 1_000_000_000L;

    private final int perPeer;
    private final int maxLength;
    private final long maxAgeNanos;
    private final DropCounters drops;
    private final ArrayDeque<Staged> free = new ArrayDeque<>();
    private final Map<String, Queue> queues = new LinkedHashMap<>();

    private static final class Staged {
        final PacketBuffer packet;
        long sinceNanos;

        Staged(PacketBuffer packet) {
            this.packet = packet;
        }
    }

    private static final class Queue {
        final ArrayDeque<Staged> packets = new ArrayDeque<>();
        long remindedNanos;
    }

    /**
     * @param slots packets overall
     * @param perPeer packets of one peer
     * @param maxLength of a packet; longer ones are not kept
     * @param maxAgeNanos after which a packet is of no use to its sender
     */
    public StagedPackets(int slots, int perPeer, int maxLength, long maxAgeNanos, DropCounters drops) {
        this.perPeer = perPeer;
        this.maxLength = maxLength;
        this.maxAgeNanos = maxAgeNanos;
        this.drops = drops;
        PacketBatch batch = new PacketBatch(slots, maxLength);
        for (int i = 0; i < slots; i++) {
            free.add(new Staged(batch.get(i)));
        }
    }

    /** Packets that wait now. */
    public int size() {
        int size = 0;
        for (Queue queue : queues.values()) {
            size += queue.packets.size();
        }
        return size;
    }

    /** Keeps a copy of {@code packet}; whether it is time to say that an SA is needed. */
    boolean stage(String peer, PacketBuffer packet, long nowNanos) {
        Queue queue = queues.get(peer);
        boolean remind = queue == null || nowNanos - queue.remindedNanos >= REMIND_NANOS;
        if (queue == null) {
            queue = new Queue();
            queues.put(peer, queue);
        }
        if (remind) {
            queue.remindedNanos = nowNanos;
        }
        if (packet.length() > maxLength) {
            drops.count(Drop.STAGED_OVERFLOW);
            return remind;
        }
        if (queue.packets.size() == perPeer || (free.isEmpty() && !queue.packets.isEmpty())) {
            free.add(queue.packets.remove());
            drops.count(Drop.STAGED_OVERFLOW);
        }
        Staged staged = free.poll();
        if (staged == null) {
            drops.count(Drop.STAGED_OVERFLOW);
            return remind;
        }
        staged.packet.copyFrom(packet);
        staged.sinceNanos = nowNanos;
        queue.packets.add(staged);
        return remind;
    }

    /**
     * Takes the oldest packet that waits for a peer which {@code sad} reaches, in order for each peer, and puts it into {@code into}.
     * Whether there was one.
     */
    boolean release(Sad sad, PacketBuffer into, long nowNanos) {
        if (queues.isEmpty()) {
            return false;
        }
        expire(nowNanos);
        Iterator<Map.Entry<String, Queue>> all = queues.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<String, Queue> entry = all.next();
            if (!sad.reaches(entry.getKey())) {
                continue;
            }
            Staged staged = entry.getValue().packets.poll();
            if (entry.getValue().packets.isEmpty()) {
                all.remove();
            }
            if (staged != null) {
                into.copyFrom(staged.packet);
                free.add(staged);
                return true;
            }
        }
        return false;
    }

    /** Drops packets that have waited too long. */
    void expire(long nowNanos) {
        if (queues.isEmpty()) {
            return;
        }
        Iterator<Queue> all = queues.values().iterator();
        while (all.hasNext()) {
            Queue queue = all.next();
            Staged oldest = queue.packets.peek();
            while (oldest != null && nowNanos - oldest.sinceNanos > maxAgeNanos) {
                free.add(queue.packets.remove());
                drops.count(Drop.STAGED_EXPIRED);
                oldest = queue.packets.peek();
            }
            if (queue.packets.isEmpty()) {
                all.remove();
            }
        }
    }
}
