package dev.espalier.bench;

import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.libc.Memory;
import dev.espalier.linux.libc.PollSet;
import dev.espalier.linux.udp.ReceiveBatch;
import dev.espalier.linux.udp.SendBatch;
import dev.espalier.linux.udp.UdpOptions;
import dev.espalier.linux.udp.UdpSocket;
import dev.espalier.wire.ip.IpAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/** Measures from inside a pod against a {@link PodServer}, and prints one line of numbers. */
public final class PodClient {
    private static final int BURST = 64;
    private static final long MILLISECOND = 1_000_000;
    private static final double MOST_LOSS = 0.01;

    private final long remote;
    private final UdpSocket socket;
    private final ReceiveBatch received;
    private final SendBatch batch;
    private final PollSet readable;
    private final long payload;
    private long trial = System.nanoTime();

    private PodClient(String remote) throws ErrnoException {
        Arena arena = Arena.global();
        this.remote = IpAddress.parse(remote).low();
        socket = UdpSocket.bind(false, 0, UdpOptions.DEFAULT);
        received = ReceiveBatch.allocate(arena, 16, 2048, 0);
        batch = new SendBatch(arena, false, BURST);
        readable = new PollSet(arena, 1);
        readable.add(socket.fd());
        payload = arena.allocate(2048, 64).address();
    }

    /** {@code rtt ADDRESS SECONDS} or {@code rate ADDRESS PAYLOAD-OCTETS}. */
    public static void main(String... args) throws IOException {
        PodClient client = new PodClient(args[1]);
        switch (args[0]) {
            case "rtt" -> client.roundTrips(Integer.parseInt(args[2]));
            case "rate" -> client.highestRate(Integer.parseInt(args[2]));
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    /** Prints median and 99th percentile of the round-trip time in microseconds, one datagram of 64 octets in flight. */
    private void roundTrips(int seconds) throws ErrnoException {
        long[] samples = new long[1 << 20];
        int count = 0;
        long start = System.nanoTime();
        long warm = start + 1_000_000_000L;
        long end = warm + seconds * 1_000_000_000L;
        while (count < samples.length) {
            long before = System.nanoTime();
            if (before > end) {
                break;
            }
            boolean answered = ask(64, 200 * MILLISECOND);
            long after = System.nanoTime();
            if (answered && before > warm) {
                samples[count++] = after - before;
            }
        }
        Arrays.sort(samples, 0, count);
        System.out.printf(
                "%.2f %.2f %d%n", percentile(samples, count, 0.5) / 1e3, percentile(samples, count, 0.99) / 1e3, count);
    }

    private static double percentile(long[] sorted, int count, double share) {
        return count == 0 ? Double.NaN : sorted[Math.min(count - 1, (int) (count * share))];
    }

    /** Prints the highest rate with at most one percent lost, in thousands of datagrams a second. */
    private void highestRate(int octets) throws ErrnoException {
        trial(octets, 20_000, 1000);
        double good = 0;
        double rate = 20_000;
        double bad = Double.NaN;
        while (Double.isNaN(bad) && rate < 2_000_000) {
            double achieved = bestOfTwo(octets, rate);
            if (achieved == 0) {
                bad = rate;
            } else {
                good = achieved;
                // A sender that cannot go faster has found its own limit, not the tunnel's.
                if (achieved < rate * 0.9) {
                    break;
                }
                rate *= 1.3;
            }
        }
        for (int i = 0; i < 3 && !Double.isNaN(bad); i++) {
            double middle = (Math.max(good, bad / 1.3) + bad) / 2;
            double achieved = bestOfTwo(octets, middle);
            if (achieved == 0) {
                bad = middle;
            } else {
                good = achieved;
            }
        }
        System.out.printf("%.1f%n", good / 1000);
    }

    /** Datagrams a second, or 0 when more was lost than may be, twice. */
    private double bestOfTwo(int octets, double rate) throws ErrnoException {
        double achieved = trial(octets, rate, 500);
        return achieved > 0 ? achieved : trial(octets, rate, 500);
    }

    private double trial(int octets, double rate, int millis) throws ErrnoException {
        trial++;
        Memory.putLong(payload, trial);
        long start = System.nanoTime();
        long end = start + millis * MILLISECOND;
        long sent = 0;
        long now = start;
        while (now < end) {
            long due = (long) ((now - start) * rate / 1e9) - sent;
            while (due > 0) {
                int burst = (int) Math.min(BURST, due);
                flood(octets, burst);
                sent += burst;
                due -= burst;
            }
            LockSupport.parkNanos(200_000);
            now = System.nanoTime();
        }
        double seconds = (now - start) / 1e9;
        LockSupport.parkNanos(50 * MILLISECOND);
        long counted = countOf(trial);
        return counted >= sent * (1 - MOST_LOSS) ? sent / seconds : 0;
    }

    private void flood(int octets, int count) throws ErrnoException {
        batch.clear();
        for (int i = 0; i < count; i++) {
            batch.add(payload, octets, 0, remote, PodServer.SINK_PORT, 0, 0, 0);
        }
        while (!socket.send(batch)) {
            Thread.onSpinWait();
        }
    }

    private long countOf(long number) throws ErrnoException {
        for (int attempt = 0; attempt < 20; attempt++) {
            Memory.putLong(payload, PodServer.QUERY);
            Memory.putLong(payload + 8, number);
            Memory.putLong(payload + 16, 0);
            if (ask(24, 200 * MILLISECOND) && Memory.getLong(received.address(0) + 8) == number) {
                return Memory.getLong(received.address(0) + 16);
            }
        }
        return 0;
    }

    /** Sends one datagram to the echo port; whether an answer came in time. */
    private boolean ask(int octets, long patienceNanos) throws ErrnoException {
        batch.clear();
        batch.add(payload, octets, 0, remote, PodServer.ECHO_PORT, 0, 0, 0);
        socket.send(batch);
        long end = System.nanoTime() + patienceNanos;
        while (socket.receive(received) == 0) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            readable.await(left);
        }
        return true;
    }
}
