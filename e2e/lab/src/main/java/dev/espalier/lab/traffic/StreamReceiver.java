package dev.espalier.lab.traffic;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts numbered datagrams by stream: which numbers came, which came twice, and the longest silence. A datagram is a 64-bit stream id
 * and a 64-bit number, then padding.
 */
public final class StreamReceiver implements AutoCloseable {
    private final DatagramSocket socket;
    private final Map<Long, Tally> tallies = new HashMap<>();

    StreamReceiver(DatagramSocket socket) {
        this.socket = socket;
        Thread.ofPlatform().daemon().name("stream-receiver").start(this::receive);
    }

    /** What has come of a stream so far; zeros for one never heard of. */
    public synchronized Received received(long stream) {
        Tally tally = tallies.get(stream);
        return tally == null
                ? new Received(0, 0, 0)
                : new Received(tally.seen.cardinality(), tally.duplicates, tally.longestGapNanos);
    }

    /** The numbers below {@code sent} that did not come, at most {@code most} of them. */
    public synchronized java.util.List<Integer> missing(long stream, long sent, int most) {
        BitSet seen = tallies.containsKey(stream) ? tallies.get(stream).seen : new BitSet();
        return java.util.stream.IntStream.range(0, Math.toIntExact(sent))
                .filter(number -> !seen.get(number))
                .limit(most)
                .boxed()
                .toList();
    }

    /**
     * @param distinct numbers that came at least once
     * @param duplicates datagrams whose number had come before
     * @param longestGapNanos between two datagrams that followed each other
     */
    public record Received(long distinct, long duplicates, long longestGapNanos) {}

    @Override
    public void close() {
        socket.close();
    }

    private void receive() {
        byte[] buffer = new byte[2048];
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        while (!socket.isClosed()) {
            try {
                packet.setLength(buffer.length);
                socket.receive(packet);
            } catch (IOException e) {
                continue; // closed, or an ICMP error from a probe: neither is a datagram
            }
            if (packet.getLength() >= 16) {
                ByteBuffer header = ByteBuffer.wrap(buffer, 0, 16);
                count(header.getLong(), header.getLong(), System.nanoTime());
            }
        }
    }

    private synchronized void count(long stream, long number, long nowNanos) {
        Tally tally = tallies.computeIfAbsent(stream, id -> new Tally());
        int bit = Math.toIntExact(number);
        if (tally.seen.get(bit)) {
            tally.duplicates++;
        }
        tally.seen.set(bit);
        if (tally.lastNanos != 0) {
            tally.longestGapNanos = Math.max(tally.longestGapNanos, nowNanos - tally.lastNanos);
        }
        tally.lastNanos = nowNanos;
    }

    private static final class Tally {
        private final BitSet seen = new BitSet();
        private long duplicates;
        private long longestGapNanos;
        private long lastNanos;
    }
}
