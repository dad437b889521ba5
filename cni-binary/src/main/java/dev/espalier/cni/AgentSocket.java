package dev.espalier.cni;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** The shim's side of the agent's socket: one request, one reply. */
final class AgentSocket {
    /** Longer than an ADD may take, shorter than the patience of a kubelet (two minutes). */
    private static final long TIMEOUT_MILLIS = 60_000;

    private AgentSocket() {}

    /**
     * @throws IOException when nobody listens, or the agent goes away, or takes more than a minute
     * @throws CniFailure code 5 when the answer is none
     */
    static CniReply exchange(Path socket, CniRequest request) throws IOException, CniFailure {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            Thread watchdog = new Thread(new Watchdog(channel), "watchdog");
            watchdog.setDaemon(true);
            watchdog.start();
            ByteBuffer out = ByteBuffer.wrap(request.encode());
            while (out.hasRemaining()) {
                channel.write(out);
            }
            return CniReply.decode(Frame.read(channel));
        }
    }

    private static final class Watchdog implements Runnable {
        private final SocketChannel channel;

        Watchdog(SocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public void run() {
            try {
                Thread.sleep(TIMEOUT_MILLIS);
                channel.close();
            } catch (InterruptedException | IOException e) {
                // The process is about to end anyway.
                Thread.currentThread().interrupt();
            }
        }
    }
}
