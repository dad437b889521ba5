package dev.espalier.linux.libc;

import static dev.espalier.linux.libc.Libc.LIBC;
import static dev.espalier.linux.libc.Libc.RUNTIME;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.function.IntSupplier;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/** System calls for set-up: allocate freely, retry EINTR, throw {@link ErrnoException}. Calls per packet are in {@link HotCalls}. */
public final class Syscalls {
    public static final int O_RDONLY = 0;
    public static final int O_RDWR = 2;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_CLOEXEC = 0x80000;

    public static final int AF_UNIX = 1;
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    public static final int AF_NETLINK = 16;
    public static final int SOCK_STREAM = 1;
    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_RAW = 3;
    public static final int SOCK_NONBLOCK = O_NONBLOCK;
    public static final int SOCK_CLOEXEC = O_CLOEXEC;

    public static final int CLONE_NEWNET = 0x4000_0000;
    public static final long MS_BIND = 0x1000;
    public static final long MS_REC = 0x4000;
    public static final long MS_SHARED = 1 << 20;
    public static final int MNT_DETACH = 2;

    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;
    private static final int EFD_NONBLOCK = O_NONBLOCK;
    private static final int EFD_CLOEXEC = O_CLOEXEC;

    private static final long NS_GET_NSTYPE = 0xb703;

    private Syscalls() {}

    /** Opens {@code path} close-on-exec. */
    public static Fd open(Path path, int flags) throws ErrnoException {
        int fd = check("open", path.toString(), () -> LIBC.open(path.toString(), flags | O_CLOEXEC, 0));
        return new Fd(fd, path.toString());
    }

    /** A close-on-exec socket. */
    public static Fd socket(int domain, int type, int protocol, String what) throws ErrnoException {
        return new Fd(check("socket", what, () -> LIBC.socket(domain, type | SOCK_CLOEXEC, protocol)), what);
    }

    /** @param address a struct sockaddr */
    public static void bind(Fd socket, byte[] address, String what) throws ErrnoException {
        check("bind", what, () -> LIBC.bind(socket.number(), address, address.length));
    }

    public static void listen(Fd socket, int backlog) throws ErrnoException {
        check("listen", socket.toString(), () -> LIBC.listen(socket.number(), backlog));
    }

    /** The next connection, close-on-exec and not blocking; EAGAIN when the socket does not block and there is none. */
    public static Fd accept(Fd socket, String what) throws ErrnoException {
        Pointer none = Pointer.wrap(RUNTIME, 0L);
        int fd = check("accept4", what, () -> LIBC.accept4(socket.number(), none, none, SOCK_CLOEXEC | SOCK_NONBLOCK));
        return new Fd(fd, what);
    }

    /** @param address a struct sockaddr */
    public static void connect(Fd socket, byte[] address, String what) throws ErrnoException {
        check("connect", what, () -> LIBC.connect(socket.number(), address, address.length));
    }

    /** The user of the process that made the other end of a Unix domain socket (SO_PEERCRED, unix(7)). */
    public static int peerUser(Fd socket) throws ErrnoException {
        Pointer credentials = Memory.allocateDirect(RUNTIME, 16, true);
        credentials.putInt(12, 12);
        check(
                "getsockopt",
                "SO_PEERCRED",
                () -> LIBC.getsockopt(
                        socket.number(), SOL_SOCKET, SO_PEERCRED, credentials.slice(0), credentials.slice(12)));
        return credentials.getInt(4);
    }

    /** The struct sockaddr that {@code socket} is bound to. */
    public static byte[] localAddress(Fd socket) throws ErrnoException {
        Pointer address = Memory.allocateDirect(RUNTIME, 128, true);
        Pointer length = Memory.allocateDirect(RUNTIME, 4);
        length.putInt(0, 128);
        check("getsockname", socket.toString(), () -> LIBC.getsockname(socket.number(), address, length));
        byte[] result = new byte[Math.min(128, length.getInt(0))];
        address.get(0, result, 0, result.length);
        return result;
    }

    public static void setOption(Fd socket, int level, int option, int value, String name) throws ErrnoException {
        byte[] octets = ByteBuffer.allocate(4)
                .order(ByteOrder.nativeOrder())
                .putInt(value)
                .array();
        check("setsockopt", name, () -> LIBC.setsockopt(socket.number(), level, option, octets, octets.length));
    }

    public static int option(Fd socket, int level, int option, String name) throws ErrnoException {
        Pointer value = Memory.allocateDirect(RUNTIME, 8, true);
        value.putInt(4, 4);
        check(
                "getsockopt",
                name,
                () -> LIBC.getsockopt(socket.number(), level, option, value.slice(0), value.slice(4)));
        return value.getInt(0);
    }

    /** An ioctl whose argument is a struct; {@code argument} is passed in and overwritten with what the kernel left in it. */
    public static void ioctl(Fd fd, long request, byte[] argument, String name) throws ErrnoException {
        Pointer memory = Memory.allocateDirect(RUNTIME, argument.length);
        memory.put(0, argument, 0, argument.length);
        check("ioctl", name, () -> LIBC.ioctl(fd.number(), request, memory));
        memory.get(0, argument, 0, argument.length);
    }

    /** An ioctl whose argument is a number in the place of the pointer. */
    public static void ioctl(Fd fd, long request, long argument, String name) throws ErrnoException {
        Pointer value = Pointer.wrap(RUNTIME, argument);
        check("ioctl", name, () -> LIBC.ioctl(fd.number(), request, value));
    }

    static Fd eventFd() throws ErrnoException {
        return new Fd(check("eventfd", "", () -> LIBC.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), "eventfd");
    }

    /** Moves the calling thread, which must be a platform thread, into a namespace. */
    public static void setNamespace(Fd namespace, int kind) throws ErrnoException {
        check("setns", namespace.toString(), () -> LIBC.setns(namespace.number(), kind));
    }

    /** Gives the calling thread, which must be a platform thread, namespaces of its own. */
    public static void unshare(int flags) throws ErrnoException {
        check("unshare", "", () -> LIBC.unshare(flags));
    }

    public static void mount(String source, Path target, String type, long flags) throws ErrnoException {
        Pointer none = Pointer.wrap(RUNTIME, 0L);
        check("mount", target.toString(), () -> LIBC.mount(source, target.toString(), type, flags, none));
    }

    public static void unmount(Path target, int flags) throws ErrnoException {
        check("umount2", target.toString(), () -> LIBC.umount2(target.toString(), flags));
    }

    /** Whether {@code fd} is open on a network namespace (ioctl_ns(2), NS_GET_NSTYPE). */
    public static boolean isNetworkNamespace(Fd fd) {
        return LIBC.ioctl(fd.number(), NS_GET_NSTYPE, Pointer.wrap(RUNTIME, 0L)) == CLONE_NEWNET;
    }

    static void closeQuietly(int fd) {
        LIBC.close(fd);
    }

    private static int check(String call, String argument, IntSupplier invocation) throws ErrnoException {
        while (true) {
            int result = invocation.getAsInt();
            if (result >= 0) {
                return result;
            }
            int errno = RUNTIME.getLastError();
            if (errno != Errno.EINTR) {
                throw new ErrnoException(call, argument, errno);
            }
        }
    }
}
