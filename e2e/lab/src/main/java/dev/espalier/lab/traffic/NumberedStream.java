package dev.espalier.lab.traffic;

import dev.espalier.lab.LabException;
import dev.espalier.lab.pods.LabPod;
import dev.espalier.lab.shell.Waiting;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Sends numbered datagrams from one pod to another at a steady rate until it is ended; {@link #finish} says what arrived. */
public final class NumberedStream {
    private static final int DATAGRAM_OCTETS = 200;

    private final long id = ThreadLocalRandom.current().nextLong();
    private final LabPod from;
    private final LabPod to;
    private final String address;
    private final StreamReceiver receiver;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final Thread sender;
    private volatile boolean ending;

    private NumberedStream(LabPod from, LabPod to, String address, PodServer server, int perSecond) {
        this.from = from;
        this.to = to;
        this.address = address;
        this.receiver = server.stream();
        DatagramSocket socket = NamespaceThreads.call(
                from.networkNamespace(),
                () -> new DatagramSocket(new InetSocketAddress(address.contains(":") ? "::" : "0.0.0.0", 0)));
        this.sender = Thread.ofPlatform().daemon().name("stream-sender").start(() -> send(socket, perSecond));
    }

    /** @param perSecond datagrams a second */
    public static NumberedStream start(LabPod from, LabPod to, String address, PodServer server, int perSecond) {
        return new NumberedStream(from, to, address, server, perSecond);
    }

    public long sent() {
        return sent.get();
    }

    public StreamReceiver.Received received() {
        return receiver.received(id);
    }

    /** Ends the stream, gives stragglers half a second, and says what became of it. */
    public Outcome finish() {
        ending = true;
        try {
            sender.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted", e);
        }
        long total = sent.get();
        long deadline = System.nanoTime() + Duration.ofMillis(500).toNanos();
        while (receiver.received(id).distinct() < total && System.nanoTime() < deadline) {
            Waiting.pause(Duration.ofMillis(10));
        }
        StreamReceiver.Received received = receiver.received(id);
        return new Outcome(
                from.key() + " -> " + to.key() + (address.contains(":") ? " (IPv6)" : ""),
                total,
                total - received.distinct(),
                received.duplicates(),
                refused.get(),
                received.longestGapNanos() / 1e6,
                receiver.missing(id, total, 20));
    }

    /**
     * @param refused sends that the sender's own kernel refused (unreachable); they count as lost too
     * @param missing the first numbers that did not arrive
     */
    public record Outcome(
            String path,
            long sent,
            long lost,
            long duplicated,
            long refused,
            double longestGapMillis,
            java.util.List<Integer> missing) {}

    private void send(DatagramSocket socket, int perSecond) {
        byte[] datagram = new byte[DATAGRAM_OCTETS];
        long intervalNanos = 1_000_000_000L / perSecond;
        long next = System.nanoTime();
        try (socket) {
            InetSocketAddress target = new InetSocketAddress(InetAddress.ofLiteral(address), PodServer.STREAM_PORT);
            while (!ending) {
                ByteBuffer.wrap(datagram).putLong(id).putLong(sent.getAndIncrement());
                try {
                    socket.send(new DatagramPacket(datagram, datagram.length, target));
                } catch (IOException e) {
                    refused.incrementAndGet();
                }
                next += intervalNanos;
                long wait = next - System.nanoTime();
                if (wait > 0) {
                    LockSupport.parkNanos(wait);
                }
            }
        }
    }
}
