package dev.espalier.e2e.traffic;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A DNS server over UDP and TCP, for clusters that have none. Its zone is a file of lines {@code NAME ADDRESS...}, read at every question, so
 * that the suite can write what a headless service has become. Besides, {@code large.test} has texts of 4,000 octets, which no datagram
 * of 512 octets holds.
 */
final class DnsServer {
    static final Path ZONE = Path.of("/tmp/zone");
    static final String LARGE = "large.test";

    private final Path zone;

    DnsServer(Path zone) {
        this.zone = zone;
    }

    static void start(int port) throws IOException {
        DnsServer server = new DnsServer(ZONE);
        DatagramSocket datagrams = new DatagramSocket(port);
        ServerSocket connections = new ServerSocket();
        connections.setReuseAddress(true);
        connections.bind(new InetSocketAddress(port));
        Thread.ofPlatform().daemon().name("dns-udp").start(() -> server.datagrams(datagrams));
        Thread.ofPlatform().daemon().name("dns-tcp").start(() -> server.connections(connections));
    }

    DnsMessage answer(DnsMessage question) throws IOException {
        if (question.type() == DnsMessage.TXT && question.name().equals(LARGE)) {
            return question.answer(
                    0,
                    IntStream.range(0, 20)
                            .mapToObj(i -> Integer.toString(i % 10).repeat(200))
                            .toList());
        }
        if (!Files.exists(zone)) {
            return question.answer(DnsMessage.NO_SUCH_NAME, List.of());
        }
        try (Stream<String> lines = Files.lines(zone)) {
            return lines.map(line -> List.of(line.strip().split(" +", -1)))
                    .filter(words -> words.getFirst().equals(question.name()))
                    .findFirst()
                    // A name that exists without records of the type asked for is success without answers.
                    .map(words -> question.answer(
                            0, question.type() == DnsMessage.A ? words.subList(1, words.size()) : List.of()))
                    .orElseGet(() -> question.answer(DnsMessage.NO_SUCH_NAME, List.of()));
        }
    }

    private void datagrams(DatagramSocket socket) {
        byte[] buffer = new byte[DnsMessage.UDP_OCTETS];
        while (true) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                packet.setData(answer(DnsMessage.decode(Arrays.copyOf(buffer, packet.getLength())))
                        .encodeForUdp());
                socket.send(packet);
            } catch (IOException | IllegalArgumentException e) {
                System.err.println("dns over udp: " + e);
            }
        }
    }

    private void connections(ServerSocket listening) {
        while (true) {
            try {
                Socket socket = listening.accept();
                Thread.ofVirtual().start(() -> talk(socket));
            } catch (IOException e) {
                System.err.println("dns over tcp: " + e);
            }
        }
    }

    /** One question a connection, each message behind its length (RFC 1035 section 4.2.2). */
    private void talk(Socket socket) {
        try (socket;
                DataInputStream in = new DataInputStream(socket.getInputStream());
                DataOutputStream out = new DataOutputStream(socket.getOutputStream())) {
            byte[] question = in.readNBytes(in.readUnsignedShort());
            byte[] answer = answer(DnsMessage.decode(question)).encode();
            out.writeShort(answer.length);
            out.write(answer);
        } catch (IOException | IllegalArgumentException e) {
            System.err.println("dns over tcp: " + e);
        }
    }
}
