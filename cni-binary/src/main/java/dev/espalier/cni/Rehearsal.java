package dev.espalier.cni;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Goes the shim's ways once, with and without an agent, for the JVM to record in an AOT cache ({@code bin/make-aot-cache}); JEP 483, JEP 514. */
final class Rehearsal {
    private static final String CONFIG =
            "{\"cniVersion\":\"1.1.0\",\"name\":\"espalier\",\"type\":\"espalier\",\"dns\":{},\"a\":[true,null,1.5]}";

    private Rehearsal() {}

    /** @param arguments one: an empty folder to work in */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path socket = Path.of(arguments[0]).resolve("cni.sock");
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("ESPALIER_CNI_SOCKET", socket.toString());
        environment.put("CNI_CONTAINERID", "rehearsal");
        environment.put("CNI_NETNS", "/run/netns/rehearsal");
        environment.put("CNI_IFNAME", "eth0");
        say(environment, CniRequest.VERSION);
        say(environment, CniRequest.DEL);
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            Thread agent = new Thread(new Answer(server), "agent");
            agent.start();
            say(environment, CniRequest.ADD);
            agent.join();
        }
        Files.delete(socket);
    }

    private static void say(Map<String, String> environment, String command) {
        environment.put("CNI_COMMAND", command);
        InputStream config = new ByteArrayInputStream(CONFIG.getBytes(StandardCharsets.UTF_8));
        CniReply reply = Shim.run(environment, config);
        if (reply.exitCode() != 0) {
            throw new IllegalStateException(command + ": " + reply.output());
        }
    }

    private record Answer(ServerSocketChannel server) implements Runnable {
        @Override
        public void run() {
            try (SocketChannel channel = server.accept()) {
                Frame.read(channel);
                channel.write(ByteBuffer.wrap(new CniReply(0, "{}").encode()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
