package dev.espalier.e2e.traffic;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Connections that are used all the while, as those of a client that keeps its own: what breaks one, and for how long all were silent. */
final class Flows {
    private static final long BETWEEN_EXCHANGES = 200_000_000L;
    /** TCP doubles its patience with every loss, to two minutes at most, in which it does not notice that it could go on. */
    private static final int PATIENCE_MILLIS = 240_000;

    private final InetSocketAddress server;
    private final End end;
    private final AtomicLong exchanges = new AtomicLong();
    private final AtomicLong longestSilence = new AtomicLong();
    private final ConcurrentLinkedQueue<String> broken = new ConcurrentLinkedQueue<>();

    private Flows(InetSocketAddress server, End end) {
        this.server = server;
        this.end = end;
    }

    /**
     * Opens {@code count} connections, prints {@code started}, and asks on each five times a second until {@code end}, however long an answer
     * takes. Prints {@code flows N broken N exchanges N longest-silence-ms N} and, for each that broke, why.
     */
    static void run(InetSocketAddress server, int count, End end, PrintStream out)
            throws IOException, InterruptedException {
        Flows flows = new Flows(server, end);
        List<Clients.Connection> open = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                Clients.Connection connection = new Clients.Connection(server);
                open.add(connection);
                connection.socket.setSoTimeout(PATIENCE_MILLIS);
            }
            out.println("started");
            out.flush();
            List<Thread> talking = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int flow = i;
                talking.add(Thread.ofVirtual().start(() -> flows.talk(flow, open.get(flow))));
            }
            for (Thread thread : talking) {
                thread.join();
            }
        } finally {
            for (Clients.Connection connection : open) {
                connection.close();
            }
        }
        out.println("flows " + count + " broken " + flows.broken.size() + " exchanges " + flows.exchanges
                + " longest-silence-ms " + flows.longestSilence.get() / 1_000_000);
        flows.broken.forEach(out::println);
    }

    private void talk(int flow, Clients.Connection connection) {
        int exchange = 0;
        try {
            while (!end.isThere()) {
                String text = flow + "." + exchange;
                long asked = System.nanoTime();
                String answer = connection.ask("echo " + text);
                longestSilence.accumulateAndGet(System.nanoTime() - asked, Math::max);
                if (!answer.equals(text)) {
                    throw new IOException("'" + text + "' was answered with '" + answer + "'");
                }
                exchange++;
                exchanges.incrementAndGet();
                LockSupport.parkNanos(BETWEEN_EXCHANGES);
            }
        } catch (IOException e) {
            broken.add("flow " + flow + " after " + exchange + " exchanges with " + server + ": " + e.getMessage());
        }
    }
}
