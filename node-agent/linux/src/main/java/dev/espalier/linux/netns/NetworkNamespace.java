package dev.espalier.linux.netns;

import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.libc.Fd;
import dev.espalier.linux.libc.Syscalls;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A handle on a network namespace (network_namespaces(7)). Code runs inside by {@link #call}: on a thread of its own, which ends afterwards, so that no thread
 * of a pool is ever left in the wrong namespace. Sockets opened inside stay there, whichever thread uses them later.
 */
public final class NetworkNamespace implements AutoCloseable {
    private static final Path NAMED = Path.of("/run/netns");

    private final Path path;
    private final Fd fd;

    private NetworkNamespace(Path path, Fd fd) {
        this.path = path;
        this.fd = fd;
    }

    /**
     * Opens the namespace file at {@code path}, such as {@code /run/netns/x} or {@code /proc/1/ns/net}.
     *
     * @throws ErrnoException ENOENT, EACCES; EINVAL when the file is something else than a network namespace
     */
    public static NetworkNamespace open(Path path) throws ErrnoException {
        Fd fd = Syscalls.open(path, Syscalls.O_RDONLY | Syscalls.O_NONBLOCK);
        try {
            if (!Syscalls.isNetworkNamespace(fd)) {
                throw new ErrnoException("open", path + " as network namespace", Errno.EINVAL);
            }
        } catch (ErrnoException e) {
            fd.close();
            throw e;
        }
        return new NetworkNamespace(path, fd);
    }

    /** Opens a namespace by the name that {@code ip netns} knows. */
    public static NetworkNamespace named(String name) throws ErrnoException {
        return open(path(name));
    }

    /** The namespace of the calling thread. */
    public static NetworkNamespace current() throws ErrnoException {
        return open(Path.of("/proc/thread-self/ns/net"));
    }

    /** Makes a namespace with a name, as {@code ip netns add} does, and opens it. Throws EEXIST when the name is taken. */
    public static NetworkNamespace create(String name) throws IOException {
        Path target = path(name);
        shareNamedFolder();
        try {
            Files.createFile(target);
        } catch (FileAlreadyExistsException e) {
            throw new ErrnoException("netns", target.toString(), Errno.EEXIST);
        }
        boolean made = false;
        try {
            onOwnThread("netns-create", () -> {
                Syscalls.unshare(Syscalls.CLONE_NEWNET);
                Syscalls.mount("/proc/thread-self/ns/net", target, "none", Syscalls.MS_BIND);
                return null;
            });
            NetworkNamespace namespace = open(target);
            made = true;
            return namespace;
        } finally {
            if (!made) {
                delete(name);
            }
        }
    }

    /** Takes a name away, as {@code ip netns delete} does; the namespace ends with its last user. False when there was none. */
    public static boolean delete(String name) throws IOException {
        Path target = path(name);
        try {
            Syscalls.unmount(target, Syscalls.MNT_DETACH);
        } catch (ErrnoException e) {
            // EINVAL: the file is there but nothing is mounted on it.
            if (e.errno() != Errno.ENOENT && e.errno() != Errno.EINVAL) {
                throw e;
            }
        }
        return Files.deleteIfExists(target);
    }

    public Path path() {
        return path;
    }

    /** For netlink requests that name a namespace. */
    public Fd fd() {
        return fd;
    }

    /** Whether both handles are on one namespace. */
    public boolean isSameAs(NetworkNamespace other) throws IOException {
        return key().equals(other.key());
    }

    /**
     * Runs {@code task} inside, on a platform thread of its own, and waits for it. What the task throws is thrown; an interrupt while waiting is kept for the
     * caller and does not cut the task short, since half done is worse than late.
     */
    public <T> T call(Callable<T> task) throws IOException {
        return onOwnThread("netns", () -> {
            Syscalls.setNamespace(fd, Syscalls.CLONE_NEWNET);
            return task.call();
        });
    }

    @Override
    public void close() {
        fd.close();
    }

    @Override
    public String toString() {
        return path.toString();
    }

    private Object key() throws IOException {
        // Through /proc, since the path may lead elsewhere by now.
        return Files.readAttributes(Path.of("/proc/self/fd/" + fd.number()), "unix:dev,ino");
    }

    private static Path path(String name) {
        if (name.isEmpty() || name.contains("/") || name.equals(".") || name.equals("..")) {
            throw new IllegalArgumentException("not a name for a namespace: '" + name + "'");
        }
        return NAMED.resolve(name);
    }

    // As iproute2 does it: a shared mount point, so that names made here show in other mount namespaces.
    private static synchronized void shareNamedFolder() throws IOException {
        Files.createDirectories(NAMED);
        if (isMountPoint()) {
            return;
        }
        Syscalls.mount(NAMED.toString(), NAMED, "none", Syscalls.MS_BIND | Syscalls.MS_REC);
        Syscalls.mount("", NAMED, "none", Syscalls.MS_SHARED | Syscalls.MS_REC);
    }

    private static boolean isMountPoint() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            String[] fields = line.split(" ");
            if (fields.length > 4 && Path.of(fields[4]).equals(NAMED.toRealPath(LinkOption.NOFOLLOW_LINKS))) {
                return true;
            }
        }
        return false;
    }

    private static <T> T onOwnThread(String name, Callable<T> task) throws IOException {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = Thread.ofPlatform().name(name).daemon().start(() -> {
            try {
                result.complete(task.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        try {
            return await(result);
        } finally {
            // Until it has ended, it keeps the namespace.
            join(thread);
        }
    }

    static <T> T await(CompletableFuture<T> result) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return result.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw unwrap(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    static IOException unwrap(@Nullable Throwable cause) throws IOException {
        switch (cause) {
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null, default -> throw new IOException(cause);
        }
    }
}
