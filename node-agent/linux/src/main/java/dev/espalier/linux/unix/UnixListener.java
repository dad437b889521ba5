package dev.espalier.linux.unix;

import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.libc.Fd;
import dev.espalier.linux.libc.PollSet;
import dev.espalier.linux.libc.Syscalls;
import dev.espalier.linux.libc.Waker;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** A listening Unix domain stream socket that its owner alone may connect to. One thread accepts; any may {@link #interrupt}. */
public final class UnixListener implements AutoCloseable {
    private static final int BACKLOG = 4;

    private final Path path;
    private final Fd fd;
    private final Waker waker;
    private final PollSet poll;

    private UnixListener(Path path, Fd fd, Waker waker) {
        this.path = path;
        this.fd = fd;
        this.waker = waker;
        this.poll = new PollSet(Arena.ofAuto(), 2);
        poll.add(fd.number());
        poll.add(waker.fd());
    }

    /**
     * Listens, in the place of a socket that an earlier process has left.
     *
     * @throws IOException naming the path
     */
    public static UnixListener open(Path path) throws IOException {
        Files.deleteIfExists(path);
        Fd fd = Syscalls.socket(Syscalls.AF_UNIX, Syscalls.SOCK_STREAM | Syscalls.SOCK_NONBLOCK, 0, path.toString());
        Waker waker = null;
        try {
            Syscalls.bind(fd, UnixAddress.of(path), path.toString());
            // Nobody can connect before it listens, so its mode is right from the beginning.
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            waker = Waker.open();
            UnixListener listener = new UnixListener(path, fd, waker);
            Syscalls.listen(fd, BACKLOG);
            return listener;
        } catch (IOException | RuntimeException e) {
            if (waker != null) {
                waker.close();
            }
            fd.close();
            throw e;
        }
    }

    /** The next connection; null after {@link #interrupt}. */
    public @Nullable UnixConnection accept() throws ErrnoException {
        while (true) {
            poll.await(-1);
            if (poll.readable(1)) {
                return null;
            }
            try {
                return new UnixConnection(Syscalls.accept(fd, "connection to " + path));
            } catch (ErrnoException e) {
                // Whoever connected may have gone again.
                if (e.errno() != Errno.EAGAIN && e.errno() != Errno.ECONNABORTED) {
                    throw e;
                }
            }
        }
    }

    /** Makes {@link #accept} return from now on. */
    public void interrupt() {
        waker.wake();
    }

    /** To be called by the thread that accepts, or after it has ended. The file stays: the next one takes its place. */
    @Override
    public void close() {
        fd.close();
        waker.close();
    }
}
