package dev.espalier.agent.cni;

import dev.espalier.cni.CniFailure;
import dev.espalier.cni.CniReply;
import dev.espalier.cni.CniRequest;
import dev.espalier.cni.CniVersions;
import dev.espalier.cni.Frame;
import dev.espalier.cni.PendingDeletions;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The agent's CNI socket: {@code cni.sock} in its run folder, mode 0600, answering only processes of the user that the agent runs as. Attachments are kept in
 * {@code pods/} beside it and survive the agent. One request a connection; requests of different containers run side by side.
 */
public final class CniServer implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(CniServer.class);
    private static final String SOCKET = "cni.sock";
    private static final int MOST_CONNECTIONS = 256;
    private static final Duration REQUEST_WITHIN = Duration.ofSeconds(10);
    private static final Duration FINISH_WITHIN = Duration.ofSeconds(10);

    private final Path runFolder;
    private final NodeState node;
    private final Path socket;
    private final Semaphore connections = new Semaphore(MOST_CONNECTIONS);
    private final ExecutorService requests;
    private volatile @Nullable Serving serving;

    /** What there is between start and close. */
    private record Serving(
            ServerSocketChannel channel, Object socketFile, PodWiring wiring, PodNetwork pods, CniPlugin plugin) {}

    /** @param runFolder where socket and state are; has to be an absolute path of at most 98 octets, which is what a socket's path may have */
    public CniServer(Path runFolder, NodeState node) {
        this(runFolder, node, Executors.newVirtualThreadPerTaskExecutor());
    }

    /** @param requests runs each request on a thread of its own, in the network namespace that is the node's */
    CniServer(Path runFolder, NodeState node, ExecutorService requests) {
        this.runFolder = runFolder;
        this.node = node;
        this.requests = requests;
        socket = runFolder.resolve(SOCKET);
    }

    /**
     * Takes over from an earlier agent: listens, makes the attachments that are left right, finishes DELs that came in between, then answers. The node is the
     * calling thread's network namespace.
     *
     * @throws IOException when the socket cannot be made or the state on disk cannot be read; names the path
     */
    public void start() throws IOException {
        Files.createDirectories(socket.toAbsolutePath().getParent());
        ServerSocketChannel channel = listen();
        PodWiring wiring = null;
        try {
            Object file = fileKey(socket);
            wiring = PodWiring.open();
            PodNetwork pods = new PodNetwork(new AttachmentStore(runFolder), wiring);
            PendingDeletions pending = PendingDeletions.besides(socket);
            pending.removeUnfinished(Instant.now());
            CniPlugin plugin = new CniPlugin(node, pods, pending, System::nanoTime);
            // Listening comes first: see PendingDeletions. Connections wait until accept.
            pods.recover();
            plugin.finishPending();
            Serving started = new Serving(channel, file, wiring, pods, plugin);
            serving = started;
            Thread.ofPlatform().daemon().name("cni accept").start(() -> accept(started));
        } catch (IOException | RuntimeException e) {
            channel.close();
            if (wiring != null) {
                wiring.close();
            }
            Files.deleteIfExists(socket);
            throw e;
        }
    }

    /** Makes rules, routes and neighbours of all pods right again; for when the kernel's were changed by somebody else. */
    public void repair() throws IOException {
        Serving current = serving;
        if (current != null) {
            current.pods.repair();
        }
    }

    /** Finishes the requests that have begun and stops. Pods stay attached. */
    @Override
    public void close() throws IOException {
        Serving ending = serving;
        if (ending == null) {
            return;
        }
        serving = null;
        ending.channel.close();
        requests.shutdown();
        try {
            if (!requests.awaitTermination(FINISH_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("CNI requests are still running; the next start undoes what they leave");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ending.wiring.close();
        // A newer agent may have put its own there.
        if (Files.exists(socket) && fileKey(socket).equals(ending.socketFile)) {
            Files.delete(socket);
        }
    }

    private ServerSocketChannel listen() throws IOException {
        Path temporary = socket.resolveSibling(SOCKET + ".new");
        Files.deleteIfExists(temporary);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(temporary), MOST_CONNECTIONS);
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-------"));
            // By renaming, so that it is there with its mode, and takes the place of a dead one, at once.
            Files.move(temporary, socket, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            Files.deleteIfExists(temporary);
            throw new IOException("cannot listen on " + socket + ": " + e.getMessage(), e);
        }
    }

    private void accept(Serving current) {
        while (current.channel.isOpen()) {
            connections.acquireUninterruptibly();
            boolean handedOn = false;
            try {
                SocketChannel client = current.channel.accept();
                requests.execute(() -> serve(client, current.plugin));
                handedOn = true;
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.warnf("cannot accept CNI requests: %s", e.getMessage());
            } finally {
                if (!handedOn) {
                    connections.release();
                }
            }
        }
    }

    private void serve(SocketChannel client, CniPlugin plugin) {
        try (client) {
            UnixDomainPrincipal peer = client.getOption(ExtendedSocketOptions.SO_PEERCRED);
            if (!peer.user().getName().equals(Files.getOwner(socket).getName())) {
                LOG.warnf("refused a CNI request of user %s", peer.user());
                return;
            }
            ByteBuffer reply = ByteBuffer.wrap(reply(read(client), plugin).encode());
            while (reply.hasRemaining()) {
                client.write(reply);
            }
        } catch (IOException e) {
            LOG.infof("a CNI request was not answered: %s", e.getMessage());
        } finally {
            connections.release();
        }
    }

    private static CniReply reply(byte[] body, CniPlugin plugin) {
        try {
            return plugin.handle(CniRequest.decode(body));
        } catch (CniFailure e) {
            return e.toReply(CniVersions.LATEST);
        }
    }

    // Somebody who connects and says nothing must not hold a place for ever.
    private static byte[] read(SocketChannel client) throws IOException {
        AtomicBoolean done = new AtomicBoolean();
        Thread watchdog = Thread.startVirtualThread(() -> {
            try {
                Thread.sleep(REQUEST_WITHIN);
                if (!done.get()) {
                    client.close();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (IOException e) {
                LOG.debugf("closing a silent CNI connection: %s", e.getMessage());
            }
        });
        try {
            return Frame.read(client);
        } finally {
            done.set(true);
            watchdog.interrupt();
        }
    }

    private static Object fileKey(Path file) throws IOException {
        return Files.readAttributes(file, "unix:dev,ino");
    }
}
