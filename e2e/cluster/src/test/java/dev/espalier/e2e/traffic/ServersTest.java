package dev.espalier.e2e.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

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

    private static InetSocketAddress tcp() throws IOException {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), TcpServer.start("me", 0));
    }

    private List<String> lines() {
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
