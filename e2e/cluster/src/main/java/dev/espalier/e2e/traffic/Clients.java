package dev.espalier.e2e.traffic;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The verbs that ask once and print what they were told. */
final class Clients {
    private static final int TIMEOUT_MILLIS = 5_000;

    private Clients() {}

    static void who(InetSocketAddress server, int times, PrintStream out) throws IOException {
        for (int i = 0; i < times; i++) {
            try (Connection connection = new Connection(server)) {
                out.println(connection.ask("who"));
            }
        }
    }

    static void udp(InetSocketAddress server, int times, PrintStream out) throws IOException {
        for (int i = 0; i < times; i++) {
            byte[] answer = datagram(server, "who".getBytes(StandardCharsets.US_ASCII));
            out.println(new String(answer, StandardCharsets.UTF_8));
        }
    }

    static void dns(InetSocketAddress server, String name, String type, String via, PrintStream out)
            throws IOException {
        int id = ThreadLocalRandom.current().nextInt(0x10000);
        int number = type.equals("TXT") ? DnsMessage.TXT : DnsMessage.A;
        byte[] question = DnsMessage.question(id, name, number).encode();
        DnsMessage answer =
                DnsMessage.decode(via.equals("udp") ? datagram(server, question) : framed(server, question));
        if (answer.id() != id || !answer.response()) {
            throw new IOException("an answer to another question: " + answer);
        }
        out.println("code " + answer.code() + (answer.truncated() ? " truncated" : ""));
        answer.answers().forEach(out::println);
    }

    static void resolve(String name, PrintStream out) throws IOException {
        for (InetAddress address : InetAddress.getAllByName(name)) {
            out.println(address.getHostAddress());
        }
    }

    static void hold(InetSocketAddress server, int count, PrintStream out) throws IOException {
        List<Connection> open = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                open.add(new Connection(server));
            }
            // Twice: all of them are open at the second time.
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < count; i++) {
                    String text = round + "." + i;
                    String answer = open.get(i).ask("echo " + text);
                    if (!text.equals(answer)) {
                        throw new IOException("connection " + i + " answers '" + answer + "'");
                    }
                }
            }
            out.println("held " + count);
        } finally {
            for (Connection connection : open) {
                connection.close();
            }
        }
    }

    static void bulk(InetSocketAddress server, int octets, PrintStream out) throws IOException {
        long started = System.nanoTime();
        try (Connection connection = new Connection(server)) {
            TcpServer.send(connection.socket.getOutputStream(), "sink " + octets + "\n");
            Pattern.write(connection.socket.getOutputStream(), octets);
            require("sent", octets, connection.line());
            TcpServer.send(connection.socket.getOutputStream(), "source " + octets + "\n");
            require("fetched", octets, TcpServer.checkSum(connection.in, octets));
        }
        out.printf("both ways %d octets in %d ms%n", octets, (System.nanoTime() - started) / 1_000_000);
    }

    private static void require(String what, int octets, @Nullable String sum) throws IOException {
        if (!Pattern.checkSum(octets).equals(sum)) {
            throw new IOException(what + ": check sum " + sum + " instead of " + Pattern.checkSum(octets));
        }
    }

    private static byte[] datagram(InetSocketAddress server, byte[] question) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            // Unconnected: an answer from another address than the one asked is a fault to be seen, not one to be
            // filtered.
            socket.send(new DatagramPacket(question, question.length, server));
            DatagramPacket answer = new DatagramPacket(new byte[65_536], 65_536);
            socket.receive(answer);
            if (!answer.getAddress().equals(server.getAddress())) {
                throw new IOException("asked " + server + ", answered by " + answer.getSocketAddress());
            }
            return Arrays.copyOf(answer.getData(), answer.getLength());
        }
    }

    private static byte[] framed(InetSocketAddress server, byte[] question) throws IOException {
        try (Connection connection = new Connection(server)) {
            DataOutputStream out = new DataOutputStream(connection.socket.getOutputStream());
            out.writeShort(question.length);
            out.write(question);
            DataInputStream in = new DataInputStream(connection.in);
            return in.readNBytes(in.readUnsignedShort());
        }
    }

    /** A connection to a {@link TcpServer}. */
    static final class Connection implements AutoCloseable {
        final Socket socket = new Socket();
        final InputStream in;

        Connection(InetSocketAddress server) throws IOException {
            socket.connect(server, TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
        }

        String ask(String line) throws IOException {
            TcpServer.send(socket.getOutputStream(), line + "\n");
            return line();
        }

        String line() throws IOException {
            String answer = TcpServer.line(in);
            if (answer == null) {
                throw new EOFException("the server closed the connection");
            }
            return answer;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
