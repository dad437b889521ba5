package dev.espalier.lab.traffic;

import dev.espalier.lab.pods.LabPod;
import dev.espalier.lab.shell.Shell;
import dev.espalier.lab.topology.Topology;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Whether one pod reaches another, by three protocols. */
public final class Reachability {
    private static final int TIMEOUT_MILLIS = 5000;

    private Reachability() {}

    /** One echo request with a one-second limit, by the system's own ping. */
    public static boolean ping(LabPod from, String address) {
        return Shell.attempt(
                        Topology.in(
                                from.networkNamespace(), List.of("ping", "-n", "-q", "-c", "1", "-W", "1", address)),
                        Map.of(),
                        "")
                .ok();
    }

    /** A line sent to the echo server comes back. */
    public static boolean tcp(LabPod from, String address) {
        return NamespaceThreads.call(from.networkNamespace(), () -> {
            byte[] line = ("hello from " + from.key()).getBytes(StandardCharsets.UTF_8);
            try (Socket socket = connect(address, PodServer.ECHO_PORT)) {
                socket.getOutputStream().write(line);
                return Arrays.equals(line, socket.getInputStream().readNBytes(line.length));
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** One megabyte over HTTP/1.1 arrives unchanged. */
    public static boolean http(LabPod from, String address) {
        return NamespaceThreads.call(from.networkNamespace(), () -> {
            try (Socket socket = connect(address, PodServer.HTTP_PORT)) {
                socket.getOutputStream()
                        .write("GET / HTTP/1.1\r\nHost: pod\r\nConnection: close\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                byte[] answer = socket.getInputStream().readAllBytes();
                byte[] expected = PodServer.content();
                int start = answer.length - expected.length;
                return start > 0
                        && new String(answer, 0, 15, StandardCharsets.US_ASCII).startsWith("HTTP/1.1 200 OK")
                        && Arrays.equals(answer, start, answer.length, expected, 0, expected.length);
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** Every ordered pair of pods on different nodes, with each address of the target. */
    public static List<Pair> acrossNodes(List<LabPod> pods) {
        List<Pair> pairs = new ArrayList<>();
        for (LabPod from : pods) {
            for (LabPod to : pods) {
                if (!from.node().equals(to.node())) {
                    to.addresses().forEach(address -> pairs.add(new Pair(from, to, address)));
                }
            }
        }
        return pairs;
    }

    public record Pair(LabPod from, LabPod to, String address) {
        @Override
        public String toString() {
            return from.key() + " -> " + to.key() + " at " + address;
        }
    }

    private static Socket connect(String address, int port) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), port), TIMEOUT_MILLIS);
        return socket;
    }
}
