package dev.espalier.linux.libc;

import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Interrupts a thread that waits in a {@link PollSet} (eventfd(2)). Any thread may {@link #wake}; the waiting thread calls {@link #drain} <em>before</em> it
 * looks at what it was woken for. Many wakes before one drain cost one system call.
 */
public final class Waker implements AutoCloseable {
    private static final long ONE = one();

    private final Fd eventFd;
    private final Arena arena = Arena.ofShared();
    private final long scratch = arena.allocate(8, 8).address();
    private final AtomicBoolean raised = new AtomicBoolean();

    private Waker(Fd eventFd) {
        this.eventFd = eventFd;
    }

    public static Waker open() throws ErrnoException {
        return new Waker(Syscalls.eventFd());
    }

    /** The descriptor to put into the set. */
    public int fd() {
        return eventFd.number();
    }

    /** Makes the waiting thread return; does nothing after {@link #close}. */
    public void wake() {
        if (raised.compareAndSet(false, true)) {
            synchronized (this) {
                // Under the lock, so that the number cannot be closed and given to another file in between.
                if (eventFd.isOpen()) {
                    HotCalls.write(eventFd.number(), ONE, 8);
                }
            }
        }
    }

    /** Resets the event. */
    public void drain() {
        HotCalls.read(eventFd.number(), scratch, 8);
        raised.set(false);
    }

    /** To be called by the waiting thread, or after it has ended. */
    @Override
    public synchronized void close() {
        if (eventFd.isOpen()) {
            eventFd.close();
            arena.close();
        }
    }

    private static long one() {
        long address = Arena.global().allocate(8, 8).address();
        Memory.putLong(address, 1);
        return address;
    }
}
