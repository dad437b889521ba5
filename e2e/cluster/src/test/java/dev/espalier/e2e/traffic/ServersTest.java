package dev.espalier.e2e.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients against servers of this process. */
class ServersTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    @Test
    void aServerSaysWhoItIsAndWhomItSees() throws IOException {
        Clients.who(tcp(), 2, out);

        assertThat(lines()).containsExactly("me 127.0.0.1", "me 127.0.0.1");
    }

    @Test
    void aDatagramIsAnsweredByTheAddressThatWasAsked() throws IOException {
        int port = UdpServer.start("me", "127.0.0.1", 0);

        Clients.udp(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1, out);

        assertThat(lines()).containsExactly("me 127.0.0.1");
    }

    @Test
    void connectionsAreHeldAllAtOnce() throws IOException {
        Clients.hold(tcp(), 50, out);

        assertThat(lines()).containsExactly("held 50");
    }

    @Test
    void bulkArrivesWhole() throws IOException {
        Clients.bulk(tcp(), 200_000, out);

        assertThat(lines()).singleElement().asString().startsWith("both ways 200000 octets");
    }

    @Test
    void flowsAndDatagramsEndWhenTheirFileIsThere(@TempDir Path folder) throws Exception {
        String stop = Files.createFile(folder.resolve("stop")).toString();

        Flows.run(tcp(), 3, End.in(600, List.of(stop)), out);
        int port = UdpServer.start("me", "127.0.0.1", 0);
        InetSocketAddress udp = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        Streams.stream(udp, 100, 600, End.in(600, List.of(stop)), out);

        assertThat(lines())
                .containsExactly(
                        "started",
                        "flows 3 broken 0 exchanges 0 longest-silence-ms 0",
                        "started",
                        "sent 0 received 0 longest-gap-ms 0");
    }

    @Test
    void aFlowThatItsServerEndsIsBroken() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                try {
                    server.accept().close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            Flows.run(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()),
                    1,
                    End.in(60, List.of()),
                    out);
        }

        assertThat(lines()).anyMatch(line -> line.startsWith("flows 1 broken 1 exchanges 0"));
    }

    private static InetSocketAddress tcp() throws IOException {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), TcpServer.start("me", 0));
    }

    private List<String> lines() {
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
