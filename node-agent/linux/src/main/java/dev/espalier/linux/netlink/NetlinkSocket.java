package dev.espalier.linux.netlink;

import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.libc.Fd;
import dev.espalier.linux.libc.HotCalls;
import dev.espalier.linux.libc.Memory;
import dev.espalier.linux.libc.Syscalls;
import dev.espalier.wire.Octets;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A netlink socket in the network namespace of the thread that opened it. One request at a time; threads wait for one another. */
final class NetlinkSocket implements AutoCloseable {
    static final int NETLINK_ROUTE = 0;
    static final int NETLINK_NETFILTER = 12;
    private static final int SOL_NETLINK = 270;
    private static final int CAP_ACK = 10;
    private static final int EXT_ACK = 11;
    private static final int GET_STRICT_CHECK = 12;
    private static final int BUFFER_BYTES = 64 << 10;
    private static final int DUMP_ATTEMPTS = 20;

    /** Of closed sockets: an arena that is closed makes all threads stop for a moment, and one socket is opened for each pod that comes. */
    private static final Deque<MemorySegment> FREE_BUFFERS = new ConcurrentLinkedDeque<>();

    private final Fd fd;
    private final MemorySegment buffer;
    private final ReentrantLock lock = new ReentrantLock();
    private int sequence;

    private NetlinkSocket(Fd fd) {
        this.fd = fd;
        MemorySegment used = FREE_BUFFERS.poll();
        buffer = used != null ? used : Arena.global().allocate(BUFFER_BYTES, 8);
    }

    /**
     * @param protocol NETLINK_ROUTE or NETLINK_NETFILTER
     * @param groups bits of multicast groups to listen to; 0 for requests
     * @param nonBlocking whether receiving returns at once
     */
    static NetlinkSocket open(int protocol, int groups, boolean nonBlocking) throws ErrnoException {
        String name = protocol == NETLINK_ROUTE ? "rtnetlink" : "nfnetlink";
        Fd fd = Syscalls.socket(
                Syscalls.AF_NETLINK, Syscalls.SOCK_RAW | (nonBlocking ? Syscalls.SOCK_NONBLOCK : 0), protocol, name);
        try {
            Syscalls.setOption(fd, SOL_NETLINK, CAP_ACK, 1, "NETLINK_CAP_ACK");
            Syscalls.setOption(fd, SOL_NETLINK, EXT_ACK, 1, "NETLINK_EXT_ACK");
            Syscalls.setOption(fd, SOL_NETLINK, GET_STRICT_CHECK, 1, "NETLINK_GET_STRICT_CHK");
            ByteBuffer address = ByteBuffer.allocate(12).order(ByteOrder.nativeOrder());
            address.putShort((short) Syscalls.AF_NETLINK)
                    .putShort((short) 0)
                    .putInt(0)
                    .putInt(groups);
            Syscalls.bind(fd, address.array(), name);
            return new NetlinkSocket(fd);
        } catch (ErrnoException | RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    int fd() {
        return fd.number();
    }

    Fd owner() {
        return fd;
    }

    /** Sends a request and waits for the kernel's acknowledgement; returns what came before it. */
    List<Message> transact(Request request) throws ErrnoException {
        lock.lock();
        try {
            int expected = send(request, Netlink.F_ACK);
            List<Message> answers = new ArrayList<>();
            while (true) {
                for (Message message : receive(request)) {
                    if (message.sequence() != expected) {
                        continue;
                    }
                    if (message.type() == Netlink.ERROR) {
                        if (message.errno() != 0) {
                            throw failure(request, message);
                        }
                        return answers;
                    }
                    answers.add(message);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** One of several requests, and the errors of it that are none. */
    record Step(Request request, Set<Integer> tolerated) {}

    /**
     * Sends requests with one system call, or one for each further {@value #BUFFER_BYTES} octets of them; the kernel carries them out in their order, one by one.
     * Only errors are heard of.
     *
     * @throws ErrnoException the first error; the requests behind it are carried out nevertheless
     */
    void transactAll(List<Step> steps) throws ErrnoException {
        lock.lock();
        try {
            ErrnoException first = null;
            for (int from = 0; from < steps.size(); ) {
                int to = sendFrom(steps, from);
                ErrnoException error = errorOf(steps.subList(from, to));
                first = first == null ? error : first;
                from = to;
            }
            if (first != null) {
                throw first;
            }
        } finally {
            lock.unlock();
        }
    }

    /** A dump, repeated while the kernel says that it changed under way (NLM_F_DUMP_INTR). */
    List<Message> dump(Request request) throws ErrnoException {
        lock.lock();
        try {
            for (int attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
                List<Message> answers = new ArrayList<>();
                if (dumpOnce(request, answers)) {
                    return answers;
                }
            }
            throw new ErrnoException(
                    Netlink.name(request.type()), request.subject(), Errno.EAGAIN, "changes all the time");
        } finally {
            lock.unlock();
        }
    }

    private boolean dumpOnce(Request request, List<Message> answers) throws ErrnoException {
        int expected = send(request, Netlink.F_DUMP);
        boolean consistent = true;
        while (true) {
            for (Message message : receive(request)) {
                if (message.sequence() != expected) {
                    continue;
                }
                consistent &= (message.flags() & Netlink.F_DUMP_INTERRUPTED) == 0;
                if (message.type() == Netlink.ERROR || message.type() == Netlink.DONE) {
                    if (message.errno() != 0) {
                        throw failure(request, message);
                    }
                    return consistent;
                }
                answers.add(message);
            }
        }
    }

    /** The next datagram, or no octets when there is none (of a socket that does not block). */
    Octets receiveDatagram(String subject) throws ErrnoException {
        int length = HotCalls.receive(fd.number(), buffer.address(), BUFFER_BYTES, HotCalls.MSG_TRUNC);
        if (length == -Errno.EAGAIN) {
            return Octets.EMPTY;
        }
        if (length < 0 || length > BUFFER_BYTES) {
            throw new ErrnoException("recvfrom", "netlink " + subject, length < 0 ? -length : Errno.EMSGSIZE);
        }
        byte[] datagram = new byte[length];
        Memory.copyToHeap(buffer.address(), datagram, 0, length);
        return Octets.wrap(datagram);
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (fd.isOpen()) {
                fd.close();
                FREE_BUFFERS.push(buffer);
            }
        } finally {
            lock.unlock();
        }
    }

    private int send(Request request, int flags) throws ErrnoException {
        sequence = sequence == Integer.MAX_VALUE ? 1 : sequence + 1;
        byte[] message = request.encode(sequence, flags);
        if (message.length > BUFFER_BYTES) {
            throw failure(request, Errno.EMSGSIZE);
        }
        Memory.copyFromHeap(message, 0, buffer.address(), message.length);
        int sent = HotCalls.sendTo(fd.number(), buffer.address(), message.length, 0, 0, 0);
        if (sent < 0) {
            throw failure(request, -sent);
        }
        return sequence;
    }

    // Returns the first step that did not fit in; the last of those that did is the one that is acknowledged.
    private int sendFrom(List<Step> steps, int from) throws ErrnoException {
        int to = from;
        int length = 0;
        while (to < steps.size() && length + steps.get(to).request.length() <= BUFFER_BYTES) {
            length += steps.get(to++).request.length();
        }
        if (to == from) {
            throw failure(steps.get(from).request, Errno.EMSGSIZE);
        }
        if (sequence > Integer.MAX_VALUE - (to - from)) {
            sequence = 0;
        }
        int at = 0;
        for (int i = from; i < to; i++) {
            byte[] message = steps.get(i).request.encode(++sequence, i == to - 1 ? Netlink.F_ACK : 0);
            Memory.copyFromHeap(message, 0, buffer.address() + at, message.length);
            at += message.length;
        }
        int sent = HotCalls.sendTo(fd.number(), buffer.address(), at, 0, 0, 0);
        if (sent < 0) {
            throw failure(steps.get(from).request, -sent);
        }
        return to;
    }

    // Of steps that have just been sent.
    private @Nullable ErrnoException errorOf(List<Step> steps) throws ErrnoException {
        ErrnoException first = null;
        while (true) {
            for (Message message : receive(steps.getLast().request)) {
                int at = message.sequence() - (sequence - steps.size() + 1);
                if (at < 0 || at >= steps.size() || message.type() != Netlink.ERROR) {
                    continue;
                }
                Step step = steps.get(at);
                if (first == null && message.errno() != 0 && !step.tolerated.contains(message.errno())) {
                    first = failure(step.request, message);
                }
                if (at == steps.size() - 1) {
                    return first;
                }
            }
        }
    }

    private List<Message> receive(Request request) throws ErrnoException {
        return Message.split(receiveDatagram(request.subject()));
    }

    private static ErrnoException failure(Request request, int errno) {
        return new ErrnoException(Netlink.name(request.type()), request.subject(), errno);
    }

    private static ErrnoException failure(Request request, Message message) {
        return new ErrnoException(
                Netlink.name(request.type()), request.subject(), message.errno(), message.explanation());
    }
}
