package dev.espalier.bench;

import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.libc.Memory;
import dev.espalier.linux.libc.PollSet;
import dev.espalier.linux.udp.ReceiveBatch;
import dev.espalier.linux.udp.SendBatch;
import dev.espalier.linux.udp.UdpOptions;
import dev.espalier.linux.udp.UdpSocket;
import java.lang.foreign.Arena;

/**
 * What answers in a pod: echoes datagrams, and counts those that come to another port. A datagram to the echo port that starts with
 * {@link #QUERY} asks how many of a trial were counted; the answer carries the number behind the question.
 */
public final class PodServer {
    static final int ECHO_PORT = 7000;
    static final int SINK_PORT = 7001;
    /** First eight octets of a question; the trial's number and room for the count follow, eight octets each. */
    static final long QUERY = 0x6265_6e63_683f_3f3fL;

    private static final int SLOTS = 128;

    private final UdpSocket echo;
    private final UdpSocket sink;
    private final ReceiveBatch received;
    private final SendBatch replies;
    private long trial;
    private long count;

    private PodServer(Arena arena) throws ErrnoException {
        echo = UdpSocket.bind(false, ECHO_PORT, UdpOptions.DEFAULT);
        sink = UdpSocket.bind(false, SINK_PORT, UdpOptions.DEFAULT);
        received = ReceiveBatch.allocate(arena, SLOTS, 2048, 0);
        replies = new SendBatch(arena, false, SLOTS);
    }

    public static void main(String... args) throws ErrnoException {
        Arena arena = Arena.global();
        PodServer server = new PodServer(arena);
        PollSet poll = new PollSet(arena, 2);
        poll.add(server.echo.fd());
        poll.add(server.sink.fd());
        System.out.println("ready");
        while (true) {
            if (server.drainSink() + server.answer() == 0) {
                poll.await(-1);
            }
        }
    }

    private int drainSink() throws ErrnoException {
        int datagrams = sink.receive(received);
        for (int i = 0; i < datagrams; i++) {
            long of = Memory.getLong(received.address(i));
            if (of != trial) {
                trial = of;
                count = 0;
            }
            count++;
        }
        return datagrams;
    }

    private int answer() throws ErrnoException {
        int datagrams = echo.receive(received);
        replies.clear();
        for (int i = 0; i < datagrams; i++) {
            long at = received.address(i);
            if (received.length(i) >= 24 && Memory.getLong(at) == QUERY) {
                Memory.putLong(at + 16, Memory.getLong(at + 8) == trial ? count : 0);
            }
            replies.add(
                    at,
                    received.length(i),
                    0,
                    received.sourceLow(i),
                    received.sourcePort(i),
                    0,
                    received.localLow(i),
                    0);
        }
        echo.send(replies);
        return datagrams;
    }
}
