package dev.espalier.agent.cli;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The other end of the agent's admin socket: one request, one answer. */
final class AdminClient {
    /** @param ok whether the agent did it; {@code text} is what to print, or why not */
    record Answer(boolean ok, String text) {}

    private final Path socket;

    AdminClient(Path socket) {
        this.socket = socket;
    }

    /** @throws IOException when no agent answers there */
    Answer ask(String... words) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            ByteBuffer request = ByteBuffer.wrap((String.join(" ", words) + "\n").getBytes(StandardCharsets.UTF_8));
            while (request.hasRemaining()) {
                channel.write(request);
            }
            channel.shutdownOutput();
            String answer = new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
            int end = answer.indexOf('\n');
            if (end < 0) {
                throw new IOException("the agent closed the connection without an answer");
            }
            return new Answer(answer.substring(0, end).equals("ok"), answer.substring(end + 1));
        }
    }
}
