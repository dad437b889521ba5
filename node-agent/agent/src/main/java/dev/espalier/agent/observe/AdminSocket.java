package dev.espalier.agent.observe;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The admin socket: a Unix domain socket that its owner alone may open (0600). One request a connection: a line of words separated by
 * blanks. The answer is a line {@code ok} or {@code error}, then text until the end of the stream.
 */
public final class AdminSocket implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(AdminSocket.class);
    private static final int MAX_REQUEST_CHARS = 4096;
    private static final int MAX_CONNECTIONS = 16;

    private final Path path;
    private final AdminCommands commands;
    private final Semaphore connections = new Semaphore(MAX_CONNECTIONS);
    private @Nullable ServerSocketChannel server;

    public AdminSocket(Path path, AdminCommands commands) {
        this.path = path;
        this.commands = commands;
    }

    /**
     * Takes the place of a socket that an earlier process left.
     *
     * @throws IOException naming the path
     */
    public void open() throws IOException {
        Files.deleteIfExists(path);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            // The folder is closed to others, so nobody gets in between bind and chmod.
            channel.bind(UnixDomainSocketAddress.of(path));
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            channel.close();
            throw new IOException("cannot open the admin socket " + path + ": " + e.getMessage(), e);
        }
        server = channel;
        Thread.ofVirtual().name("admin socket").start(() -> accept(channel));
    }

    @Override
    public void close() throws IOException {
        ServerSocketChannel channel = server;
        if (channel != null) {
            channel.close();
            Files.deleteIfExists(path);
        }
    }

    private void accept(ServerSocketChannel channel) {
        while (channel.isOpen()) {
            try {
                connections.acquire();
                SocketChannel client = acceptOrRelease(channel);
                Thread.ofVirtual().name("admin request").start(() -> serve(client));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.warnf("admin socket %s: %s", path, e.getMessage());
            }
        }
    }

    private SocketChannel acceptOrRelease(ServerSocketChannel channel) throws IOException {
        try {
            return channel.accept();
        } catch (IOException e) {
            connections.release();
            throw e;
        }
    }

    private void serve(SocketChannel client) {
        try (client) {
            String answer = answer(readLine(client));
            ByteBuffer bytes = ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                client.write(bytes);
            }
        } catch (IOException e) {
            LOG.debugf("admin request: %s", e.getMessage());
        } finally {
            connections.release();
        }
    }

    private String answer(String line) {
        List<String> words = Arrays.stream(line.strip().split("\\s+"))
                .filter(w -> !w.isEmpty())
                .toList();
        try {
            return "ok\n" + commands.run(words);
        } catch (AdminCommands.CommandRefused e) {
            return "error\n" + e.getMessage() + "\n";
        } catch (RuntimeException e) {
            LOG.errorf(e, "admin request %s", words);
            return "error\nthe agent failed on this request; its log says why\n";
        }
    }

    private static String readLine(SocketChannel client) throws IOException {
        StringBuilder line = new StringBuilder();
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(Channels.newInputStream(client), StandardCharsets.UTF_8));
        for (int c = reader.read(); c != -1 && c != '\n'; c = reader.read()) {
            if (line.length() == MAX_REQUEST_CHARS) {
                throw new IOException("a request of more than " + MAX_REQUEST_CHARS + " characters");
            }
            line.append((char) c);
        }
        return line.toString();
    }
}
