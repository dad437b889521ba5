package dev.espalier.agent.node;

import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.libc.Memory;
import dev.espalier.linux.libc.PollSet;
import dev.espalier.linux.udp.ReceiveBatch;
import dev.espalier.linux.udp.UdpOptions;
import dev.espalier.linux.udp.UdpSocket;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Numbered datagrams at a steady rate one way, and a TCP connection that counts up and down the same way: what is lost, doubled or broken is known exactly. */
final class NumberedTraffic {
    private static final int PORT = 7007;
    private static final int OCTETS = 200;
    private static final int BATCH = 64;

    private final DatagramSocket from;
    private final UdpSocket to;
    private final Socket client;
    private final Socket server;
    private final InetSocketAddress target;
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger rounds = new AtomicInteger();
    private final BitSet arrived = new BitSet();
    private final AtomicInteger twice = new AtomicInteger();
    private final Thread sender;
    private final Thread receiver;
    private final Thread counter;
    private volatile boolean running = true;
    private volatile String broken = "";

    /** Makes sockets in a host's network namespace. */
    interface Inside {
        <T> T call(java.util.concurrent.Callable<T> what) throws Exception;
    }

    NumberedTraffic(Inside here, InetAddress a, Inside there, InetAddress b, int perSecond) throws Exception {
        from = here.call(() -> new DatagramSocket(new InetSocketAddress(a, 0)));
        // Java's own sockets hold no more than the system lets anyone have, which is less than comes at once after a
        // pause.
        to = there.call(() -> UdpSocket.bind(false, PORT, UdpOptions.DEFAULT));
        target = new InetSocketAddress(b, PORT);
        try (ServerSocket listener = there.call(() -> new ServerSocket(PORT, 1, b))) {
            client = here.call(() -> new Socket(b, PORT, a, 0));
            server = listener.accept();
        }
        sender = Thread.ofPlatform().start(() -> send(TimeUnit.SECONDS.toNanos(1) / perSecond));
        receiver = Thread.ofPlatform().start(this::receive);
        Thread.ofPlatform().daemon().start(this::echo);
        counter = Thread.ofPlatform().start(this::count);
    }

    private void send(long everyNanos) {
        byte[] octets = new byte[OCTETS];
        long next = System.nanoTime();
        try {
            while (running) {
                ByteBuffer.wrap(octets).putInt(sent.get());
                from.send(new DatagramPacket(octets, OCTETS, target));
                sent.incrementAndGet();
                next += everyNanos;
                LockSupport.parkNanos(next - System.nanoTime());
            }
        } catch (IOException e) {
            broken = "sending: " + e;
        }
    }

    private void receive() {
        try (Arena arena = Arena.ofConfined()) {
            ReceiveBatch batch = ReceiveBatch.of(arena, BATCH);
            for (int i = 0; i < BATCH; i++) {
                batch.buffer(i, arena.allocate(OCTETS, 8).address(), OCTETS);
            }
            PollSet poll = new PollSet(arena, 1);
            poll.add(to.fd());
            long quietSince = System.nanoTime();
            while (running || System.nanoTime() - quietSince < TimeUnit.SECONDS.toNanos(2)) {
                int count = to.receive(batch);
                for (int i = 0; i < count; i++) {
                    note(Memory.getIntBe(batch.address(i)));
                }
                if (count > 0) {
                    quietSince = System.nanoTime();
                } else {
                    poll.await(TimeUnit.MILLISECONDS.toNanos(200));
                }
            }
        } catch (ErrnoException e) {
            broken = "receiving: " + e;
        }
    }

    private void note(int number) {
        if (arrived.get(number)) {
            twice.incrementAndGet();
        }
        arrived.set(number);
    }

    private void echo() {
        try (server) {
            DataInputStream in = new DataInputStream(server.getInputStream());
            DataOutputStream out = new DataOutputStream(server.getOutputStream());
            while (true) {
                out.writeInt(in.readInt() + 1);
            }
        } catch (IOException e) {
            if (running) {
                broken = "TCP server: " + e;
            }
        }
    }

    private void count() {
        try {
            client.setSoTimeout(10_000);
            DataInputStream in = new DataInputStream(client.getInputStream());
            DataOutputStream out = new DataOutputStream(client.getOutputStream());
            while (running) {
                int round = rounds.incrementAndGet();
                out.writeInt(round);
                int answer = in.readInt();
                if (answer != round + 1) {
                    broken = "TCP: " + answer + " instead of " + (round + 1);
                }
                LockSupport.parkNanos(1_000_000);
            }
        } catch (IOException e) {
            broken = "TCP client: " + e;
        }
    }

    /** Ends it, when everything has arrived that will. */
    NumberedTraffic stop() {
        running = false;
        try {
            sender.join();
            receiver.join();
            counter.join();
            client.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        from.close();
        to.close();
        return this;
    }

    int sent() {
        return sent.get();
    }

    int lost() {
        return sent.get() - arrived.cardinality();
    }

    int twice() {
        return twice.get();
    }

    /** The first and the last number that did not arrive, and how many are missing in between. */
    String gaps() {
        StringBuilder text = new StringBuilder();
        int total = sent.get();
        for (int from = arrived.nextClearBit(0); from < total; from = arrived.nextClearBit(from)) {
            int next = arrived.nextSetBit(from);
            int end = next < 0 ? total : next;
            text.append(from).append("..").append(end - 1).append(' ');
            from = end;
        }
        return text.toString();
    }

    /** Exchanges over TCP. */
    int rounds() {
        return rounds.get();
    }

    /** What went wrong besides; empty for nothing. */
    String broken() {
        return broken;
    }
}
