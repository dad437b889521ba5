package dev.espalier.agent.handover;

import dev.espalier.linux.unix.UnixConnection;
import dev.espalier.linux.unix.UnixListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Where a successor finds the agent in charge: {@code handover.sock} in the run folder, mode 0600, for processes of the agent's own user alone. One successor
 * stands by at a time; a newer one takes its place.
 */
public final class HandoverSocket implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(HandoverSocket.class);
    private static final long PATIENCE_NANOS = Duration.ofSeconds(5).toNanos();
    private static final int MOST_AT_ONCE = 4;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

    private final Path path;
    private final String ownVersion;
    private final UnixListener listener;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable Successor standingBy;
    private volatile String lastRefusal = "";
    private final Semaphore greeting = new Semaphore(MOST_AT_ONCE);
    private volatile boolean closed;

    private HandoverSocket(Path path, String ownVersion, UnixListener listener) {
        this.path = path;
        this.ownVersion = ownVersion;
        this.listener = listener;
        this.thread = Thread.ofPlatform().daemon().name("handover").unstarted(this::serve);
    }

    /** Where it is, in a run folder. */
    public static Path in(Path runFolder) {
        return runFolder.resolve("handover.sock");
    }

    /**
     * Listens.
     *
     * @throws IOException naming the path
     */
    public static HandoverSocket open(Path path, String ownVersion) throws IOException {
        HandoverSocket socket = new HandoverSocket(path, ownVersion, UnixListener.open(path));
        socket.thread.start();
        return socket;
    }

    /** Why the last process that came was sent away; empty when none was. */
    public String lastRefusal() {
        return lastRefusal;
    }

    /** Whether somebody stands by. */
    public boolean hasSuccessor() {
        lock.lock();
        try {
            return standingBy != null;
        } finally {
            lock.unlock();
        }
    }

    /** The process that stands by, waiting for one until the time is over; null for none. The caller's from now on. */
    public @Nullable Successor await(Duration time) throws InterruptedException {
        long left = time.toNanos();
        lock.lockInterruptibly();
        try {
            while (standingBy == null && left > 0) {
                left = changed.awaitNanos(left);
            }
            Successor found = standingBy;
            standingBy = null;
            return found;
        } finally {
            lock.unlock();
        }
    }

    private void serve() {
        while (!closed) {
            try {
                UnixConnection connection = listener.accept();
                if (connection != null) {
                    begin(connection);
                }
            } catch (IOException e) {
                LOG.warnf("handover: %s", e.getMessage());
                pause();
            }
        }
    }

    /** A process that connects and never gets ready does not hold up others. */
    private void begin(UnixConnection connection) {
        if (!greeting.tryAcquire()) {
            connection.close();
            return;
        }
        Thread.ofPlatform().daemon().name("handover greeting").start(() -> {
            try {
                greet(connection);
            } finally {
                greeting.release();
            }
        });
    }

    private void greet(UnixConnection connection) {
        boolean kept = false;
        try {
            int user = connection.peerUser();
            if (user != (int) Files.getAttribute(path, "unix:uid")) {
                LOG.warnf("handover: refused a process of user %d", user);
                return;
            }
            Hello hello = Hello.decode(Frames.receive(connection, Frames.Type.HELLO, PATIENCE_NANOS));
            if (hello.protocol() != Hello.PROTOCOL) {
                refuse(connection, hello);
                return;
            }
            Frames.send(connection, Frames.Type.WELCOME, ownVersion, PATIENCE_NANOS);
            kept = awaitReady(connection, hello.version());
        } catch (IOException | HandoverException e) {
            LOG.infof("handover: a successor has gone: %s", e.getMessage());
        } finally {
            if (!kept) {
                connection.close();
            }
        }
    }

    private boolean awaitReady(UnixConnection connection, String version) throws IOException, HandoverException {
        LOG.infof("handover: version %s is getting ready to take over", version);
        while (!connection.awaitInput(LOOK_AGAIN.toNanos())) {
            if (closed) {
                return false;
            }
        }
        Frames.receive(connection, Frames.Type.READY, PATIENCE_NANOS);
        LOG.infof("handover: version %s stands by", version);
        lock.lock();
        try {
            Successor older = standingBy;
            if (older != null) {
                older.close();
            }
            standingBy = new Successor(connection, version);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        return true;
    }

    private void refuse(UnixConnection connection, Hello hello) throws IOException {
        lastRefusal = "version " + hello.version() + " speaks protocol " + hello.protocol() + ", this one, "
                + ownVersion + ", " + Hello.PROTOCOL + ": it has to begin anew";
        LOG.warnf("handover: %s", lastRefusal);
        Frames.send(connection, Frames.Type.REFUSED, lastRefusal, PATIENCE_NANOS);
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Nobody stands by from now on; the file goes. */
    @Override
    public void close() {
        closed = true;
        listener.interrupt();
        try {
            thread.join();
            Files.deleteIfExists(path);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.warnf("handover: %s", e.getMessage());
        }
        listener.close();
        lock.lock();
        try {
            if (standingBy != null) {
                standingBy.close();
                standingBy = null;
            }
        } finally {
            lock.unlock();
        }
    }
}
