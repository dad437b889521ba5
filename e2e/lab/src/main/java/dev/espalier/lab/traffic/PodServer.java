package dev.espalier.lab.traffic;

import com.sun.net.httpserver.HttpServer;
import dev.espalier.lab.pods.LabPod;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Random;

/**
 * What listens inside a pod: an echo over TCP, one megabyte over HTTP, and a counter of numbered datagrams. Sockets belong to the
 * namespace of the thread that opens them, so all of them are opened on one thread inside the pod and served from anywhere.
 */
public final class PodServer implements AutoCloseable {
    public static final int ECHO_PORT = 7007;
    public static final int HTTP_PORT = 8080;
    public static final int STREAM_PORT = 9000;
    static final int HTTP_OCTETS = 1_000_000;

    private final ServerSocket echo;
    private final HttpServer http;
    private final StreamReceiver stream;

    private PodServer(ServerSocket echo, HttpServer http, StreamReceiver stream) {
        this.echo = echo;
        this.http = http;
        this.stream = stream;
    }

    public static PodServer start(LabPod pod) {
        return NamespaceThreads.call(pod.networkNamespace(), () -> {
            ServerSocket echo = new ServerSocket(ECHO_PORT, 256);
            HttpServer http = HttpServer.create(new InetSocketAddress(HTTP_PORT), 256);
            byte[] content = content();
            http.createContext("/", exchange -> {
                try (exchange) {
                    exchange.sendResponseHeaders(200, content.length);
                    exchange.getResponseBody().write(content);
                }
            });
            // Virtual threads serve: accepted sockets already belong to the pod.
            http.setExecutor(task -> Thread.startVirtualThread(task));
            DatagramSocket datagrams = new DatagramSocket(STREAM_PORT);
            datagrams.setReceiveBufferSize(4 << 20);
            PodServer server = new PodServer(echo, http, new StreamReceiver(datagrams));
            Thread.ofVirtual().start(server::serveEcho);
            http.start();
            return server;
        });
    }

    /** The numbered datagrams that reached this pod. */
    public StreamReceiver stream() {
        return stream;
    }

    /** What {@code GET /} returns: the same in every run, and nothing a compressor or a checksum-free path could get right by luck. */
    static byte[] content() {
        byte[] content = new byte[HTTP_OCTETS];
        new Random(4303).nextBytes(content);
        return content;
    }

    @Override
    public void close() throws IOException {
        echo.close();
        http.stop(0);
        stream.close();
    }

    private void serveEcho() {
        while (!echo.isClosed()) {
            try {
                Socket client = echo.accept();
                Thread.startVirtualThread(() -> {
                    try (client) {
                        client.getInputStream().transferTo(client.getOutputStream());
                    } catch (IOException e) {
                        // The client went away in the middle; it is the one that judges.
                    }
                });
            } catch (SocketException e) {
                return; // closed
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }
}
