package dev.espalier.linux.unix;

import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.libc.Fd;
import dev.espalier.linux.libc.HotCalls;
import dev.espalier.linux.libc.Memory;
import dev.espalier.linux.libc.PollSet;
import dev.espalier.linux.libc.Syscalls;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A connected Unix domain stream socket that carries octets and, with them, open descriptors (SCM_RIGHTS). Every wait has an end. Octets may be keys: the
 * memory that they pass through is wiped. One thread uses it at a time.
 */
public final class UnixConnection implements AutoCloseable {
    /** What the kernel takes at once (SCM_MAX_FD). */
    public static final int MOST_DESCRIPTORS = 253;

    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x4000_0000;
    private static final int MSG_CTRUNC = 8;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;

    private static final int CHUNK = 64 * 1024;
    private static final int CONTROL_HEADER = 16;
    private static final int CONTROL_BYTES = CONTROL_HEADER + (MOST_DESCRIPTORS + 1) / 2 * 8;
    private static final int MESSAGE_BYTES = 56;
    private static final int MESSAGE_VECTORS = 16;
    private static final int MESSAGE_VECTOR_COUNT = 24;
    private static final int MESSAGE_CONTROL = 32;
    private static final int MESSAGE_CONTROL_LENGTH = 40;
    private static final int MESSAGE_FLAGS = 48;

    private final Fd fd;
    private final Arena arena = Arena.ofAuto();
    private final PollSet readable = new PollSet(arena, 1);
    private final PollSet writable = new PollSet(arena, 1);
    private final long data = arena.allocate(CHUNK, 8).address();
    private final long control = arena.allocate(CONTROL_BYTES, 8).address();
    private final long vector = arena.allocate(16, 8).address();
    private final long message = arena.allocate(MESSAGE_BYTES, 8).address();
    private final List<Fd> received = new ArrayList<>();

    UnixConnection(Fd fd) {
        this.fd = fd;
        readable.add(fd.number(), PollSet.POLLIN);
        writable.add(fd.number(), PollSet.POLLOUT);
    }

    /** @throws ErrnoException ENOENT or ECONNREFUSED when nobody listens */
    public static UnixConnection connect(Path path) throws ErrnoException {
        Fd fd = Syscalls.socket(Syscalls.AF_UNIX, Syscalls.SOCK_STREAM | Syscalls.SOCK_NONBLOCK, 0, path.toString());
        try {
            Syscalls.connect(fd, UnixAddress.of(path), path.toString());
            return new UnixConnection(fd);
        } catch (ErrnoException | RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    /** The user id of the process at the other end. */
    public int peerUser() throws ErrnoException {
        return Syscalls.peerUser(fd);
    }

    /**
     * Sends all of it; copies of the descriptors go with the first octet.
     *
     * @throws ErrnoException ETIMEDOUT when the other end does not take it in time, EPIPE when it has gone
     */
    public void send(byte[] octets, List<Fd> descriptors, long timeoutNanos) throws ErrnoException {
        if (octets.length == 0 || descriptors.size() > MOST_DESCRIPTORS) {
            throw new IllegalArgumentException(octets.length + " octets, " + descriptors.size() + " descriptors");
        }
        long deadline = System.nanoTime() + timeoutNanos;
        int sent = 0;
        try {
            while (sent < octets.length) {
                int length = Math.min(CHUNK, octets.length - sent);
                Memory.copyFromHeap(octets, sent, data, length);
                prepare(length, sent == 0 ? writeRights(descriptors) : 0);
                int result = HotCalls.sendMessage(fd.number(), message, MSG_NOSIGNAL);
                if (result == -Errno.EAGAIN) {
                    await(writable, deadline, "sendmsg");
                } else if (result < 0) {
                    throw new ErrnoException("sendmsg", fd.toString(), -result);
                } else {
                    sent += result;
                }
            }
        } finally {
            Memory.clear(data, CHUNK);
        }
    }

    /**
     * Fills {@code octets}; descriptors that come with them wait for {@link #takeDescriptors}.
     *
     * @throws EOFException when the other end has gone
     * @throws ErrnoException ETIMEDOUT when not all of it comes in time
     */
    public void receive(byte[] octets, long timeoutNanos) throws IOException {
        long deadline = System.nanoTime() + timeoutNanos;
        int filled = 0;
        try {
            while (filled < octets.length) {
                prepare(Math.min(CHUNK, octets.length - filled), CONTROL_BYTES);
                int result = HotCalls.receiveMessage(fd.number(), message, MSG_CMSG_CLOEXEC);
                if (result == -Errno.EAGAIN) {
                    await(readable, deadline, "recvmsg");
                    continue;
                }
                if (result < 0) {
                    throw new ErrnoException("recvmsg", fd.toString(), -result);
                }
                readRights();
                if (result == 0) {
                    throw new EOFException("the process at the other end of " + fd + " has gone");
                }
                Memory.copyToHeap(data, octets, filled, result);
                filled += result;
            }
        } finally {
            Memory.clear(data, CHUNK);
        }
    }

    /** Waits until there is something to receive, or the other end has gone; whether that was in time. */
    public boolean awaitInput(long timeoutNanos) throws ErrnoException {
        return readable.await(timeoutNanos) > 0;
    }

    /** Those received since the last call, in order; the caller's from now on. */
    public List<Fd> takeDescriptors() {
        List<Fd> all = List.copyOf(received);
        received.clear();
        return all;
    }

    private void prepare(int length, int controlLength) {
        Memory.putLong(vector, data);
        Memory.putLong(vector + 8, length);
        Memory.clear(message, MESSAGE_BYTES);
        Memory.putLong(message + MESSAGE_VECTORS, vector);
        Memory.putLong(message + MESSAGE_VECTOR_COUNT, 1);
        Memory.putLong(message + MESSAGE_CONTROL, controlLength == 0 ? 0 : control);
        Memory.putLong(message + MESSAGE_CONTROL_LENGTH, controlLength);
    }

    private int writeRights(List<Fd> descriptors) {
        if (descriptors.isEmpty()) {
            return 0;
        }
        Memory.clear(control, CONTROL_BYTES);
        Memory.putLong(control, CONTROL_HEADER + 4L * descriptors.size());
        Memory.putInt(control + 8, SOL_SOCKET);
        Memory.putInt(control + 12, SCM_RIGHTS);
        for (int i = 0; i < descriptors.size(); i++) {
            Memory.putInt(control + CONTROL_HEADER + 4L * i, descriptors.get(i).number());
        }
        return CONTROL_HEADER + (descriptors.size() + 1) / 2 * 8;
    }

    private void readRights() throws ErrnoException {
        long length = Memory.getLong(message + MESSAGE_CONTROL_LENGTH);
        for (long at = 0; at + CONTROL_HEADER <= length; ) {
            long size = Memory.getLong(control + at);
            if (size < CONTROL_HEADER || at + size > length) {
                break;
            }
            if (Memory.getInt(control + at + 8) == SOL_SOCKET && Memory.getInt(control + at + 12) == SCM_RIGHTS) {
                for (long place = at + CONTROL_HEADER; place + 4 <= at + size; place += 4) {
                    received.add(new Fd(Memory.getInt(control + place), "received descriptor"));
                }
            }
            at += (size + 7) & -8;
        }
        if ((Memory.getInt(message + MESSAGE_FLAGS) & MSG_CTRUNC) != 0) {
            throw new ErrnoException("recvmsg", "descriptors", Errno.EMFILE);
        }
    }

    private static void await(PollSet set, long deadlineNanos, String call) throws ErrnoException {
        long left = deadlineNanos - System.nanoTime();
        if (left <= 0) {
            throw new ErrnoException(call, "unix socket", Errno.ETIMEDOUT);
        }
        set.await(left);
    }

    /** Closes it together with descriptors that nobody has taken. */
    @Override
    public void close() {
        takeDescriptors().forEach(Fd::close);
        fd.close();
    }
}
