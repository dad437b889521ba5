package dev.espalier.e2e.traffic;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * Answers lines on TCP, any number on one connection; one virtual thread each.
 *
 * <pre>
 *   who            NAME PEER-ADDRESS
 *   echo TEXT      TEXT
 *   sink N         reads N octets, answers their CRC-32 in hexadecimal
 *   source N       N octets of the pattern of {@link Pattern}
 *   GET ...        an HTTP answer with the line of who, then closes
 * </pre>
 */
final class TcpServer {
    private final String name;

    private TcpServer(String name) {
        this.name = name;
    }

    /** Listens on {@code port} of every address and returns the bound port; accepting goes on in the background. */
    static int start(String name, int port) throws IOException {
        // Both live as long as the process.
        ServerSocket listening = new ServerSocket();
        listening.setReuseAddress(true);
        listening.bind(new InetSocketAddress(port), 1024);
        TcpServer server = new TcpServer(name);
        Thread.ofPlatform().daemon().name("tcp").start(() -> server.accept(listening));
        return listening.getLocalPort();
    }

    private void accept(ServerSocket listening) {
        while (true) {
            try {
                Socket socket = listening.accept();
                Thread.ofVirtual().start(() -> talk(socket));
            } catch (IOException e) {
                System.err.println("accept: " + e);
            }
        }
    }

    private void talk(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            String line = line(in);
            while (line != null && answer(line, socket, in, out)) {
                line = line(in);
            }
        } catch (SocketException e) {
            // The client went away, which is its right.
        } catch (IOException e) {
            System.err.println("connection: " + e);
        }
    }

    private boolean answer(String line, Socket socket, InputStream in, OutputStream out) throws IOException {
        String who = name + " " + socket.getInetAddress().getHostAddress();
        String rest = line.substring(line.indexOf(' ') + 1);
        switch (line.split(" ", 2)[0]) {
            case "who" -> send(out, who + "\n");
            case "echo" -> send(out, rest + "\n");
            case "sink" -> send(out, checkSum(in, Integer.parseInt(rest)) + "\n");
            case "source" -> Pattern.write(out, Integer.parseInt(rest));
            case "GET" -> {
                send(
                        out,
                        "HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Length: " + (who.length() + 1) + "\r\n\r\n"
                                + who + "\n");
                return false;
            }
            default -> {
                send(out, "what?\n");
                return false;
            }
        }
        return true;
    }

    /** The CRC-32 of the next {@code octets}, in hexadecimal; an early end is an error. */
    static String checkSum(InputStream in, int octets) throws IOException {
        CRC32 sum = new CRC32();
        byte[] buffer = new byte[64 * 1024];
        int left = octets;
        while (left > 0) {
            int read = in.read(buffer, 0, Math.min(left, buffer.length));
            if (read < 0) {
                throw new EOFException(left + " of " + octets + " octets are missing");
            }
            sum.update(buffer, 0, read);
            left -= read;
        }
        return Long.toHexString(sum.getValue());
    }

    /** The next line without its end, or null at the end of the stream. */
    static @org.jspecify.annotations.Nullable String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = in.read(); octet >= 0; octet = in.read()) {
            if (octet == '\n') {
                return line.toString().stripTrailing();
            }
            line.append((char) octet);
        }
        return line.isEmpty() ? null : line.toString();
    }

    static void send(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
