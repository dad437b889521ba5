package dev.espalier.e2e.traffic;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** The verbs that go on for a while and count what was lost meanwhile. */
final class Streams {
    private static final int DATAGRAM_OCTETS = 200;

    private Streams() {}

    /** One connection, an exchange every 100 ms; prints {@code exchanges N} and how it ended. */
    static void session(InetSocketAddress server, int seconds, PrintStream out) throws IOException {
        long deadline = System.nanoTime() + seconds * 1_000_000_000L;
        int exchanges = 0;
        String end = "time";
        try (Clients.Connection connection = new Clients.Connection(server)) {
            // The reader of this output acts once the connection is there.
            out.println("connected");
            out.flush();
            while (System.nanoTime() < deadline) {
                if (!connection.ask("echo " + exchanges).equals(Integer.toString(exchanges))) {
                    throw new IOException("exchange " + exchanges + " was answered with something else");
                }
                exchanges++;
                LockSupport.parkNanos(100_000_000L);
            }
        } catch (SocketTimeoutException e) {
            end = "silence";
        } catch (IOException e) {
            end = "closed: " + e.getMessage();
        }
        out.println("exchanges " + exchanges + " " + end);
    }

    /**
     * Numbered datagrams at a steady rate to a {@link UdpServer}, on a socket that ignores what ICMP says in between. Prints
     * {@code sent N received N longest-gap-ms N}; the gap is between two datagrams that came back.
     */
    static void stream(InetSocketAddress server, int perSecond, int seconds, End end, PrintStream out)
            throws IOException, InterruptedException {
        int most = perSecond * seconds;
        int total = 0;
        AtomicIntegerArray seen = new AtomicIntegerArray(most);
        AtomicLong longestGap = new AtomicLong();
        Thread receiver;
        try (DatagramChannel channel = DatagramChannel.open()) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, 1 << 20);
            channel.bind(null);
            receiver = Thread.ofPlatform().start(() -> receive(channel, seen, longestGap));
            out.println("started");
            out.flush();
            long started = System.nanoTime();
            // The file system is asked ten times a second.
            while (total < most && !(total % Math.max(1, perSecond / 10) == 0 && end.isThere())) {
                ByteBuffer datagram = ByteBuffer.allocate(DATAGRAM_OCTETS).putInt(0, total);
                try {
                    channel.send(datagram, server);
                } catch (IOException e) {
                    // "No route to host" while the network is taken apart is a datagram lost, which the count shows.
                    System.err.println("datagram " + total + ": " + e.getMessage());
                }
                total++;
                long next = started + total * 1_000_000_000L / perSecond;
                LockSupport.parkNanos(next - System.nanoTime());
            }
            Thread.sleep(1_000);
        }
        // Its channel is closed, which ends it.
        receiver.join();
        int received = 0;
        for (int i = 0; i < total; i++) {
            received += Math.min(1, seen.get(i));
        }
        out.println("sent " + total + " received " + received + " longest-gap-ms " + longestGap.get() / 1_000_000);
    }

    private static void receive(DatagramChannel channel, AtomicIntegerArray seen, AtomicLong longestGap) {
        ByteBuffer datagram = ByteBuffer.allocate(DATAGRAM_OCTETS);
        long last = System.nanoTime();
        while (channel.isOpen()) {
            try {
                datagram.clear();
                channel.receive(datagram);
                int number = datagram.getInt(0);
                if (number >= 0 && number < seen.length()) {
                    seen.incrementAndGet(number);
                    long now = System.nanoTime();
                    longestGap.accumulateAndGet(now - last, Math::max);
                    last = now;
                }
            } catch (java.nio.channels.ClosedChannelException e) {
                return;
            } catch (IOException e) {
                System.err.println("receive: " + e.getMessage());
            }
        }
    }
}
