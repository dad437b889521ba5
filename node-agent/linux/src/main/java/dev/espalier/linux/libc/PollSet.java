package dev.espalier.linux.libc;

import java.lang.foreign.Arena;

/**
 * A fixed set of descriptors to wait on for input, by ppoll(2). One thread uses it; another interrupts it through a {@link Waker} that is in the set. Allocates
 * only when it is made.
 */
public final class PollSet {
    public static final int POLLIN = 1;
    public static final int POLLOUT = 4;
    public static final int POLLERR = 8;
    public static final int POLLHUP = 16;
    private static final int POLLFD_BYTES = 8;

    @SuppressWarnings(
            "UnusedVariable") // held so that memory of an automatic arena lives as long as its addresses are used
    private final Arena arena;

    private final long pollfds;
    private final long timespec;
    private final int capacity;
    private int count;

    /** A set of at most {@code capacity} descriptors whose memory lives as long as {@code arena}. */
    public PollSet(Arena arena, int capacity) {
        this.arena = arena;
        this.capacity = capacity;
        this.timespec = arena.allocate(16, 8).address();
        this.pollfds = arena.allocate((long) capacity * POLLFD_BYTES, 8).address();
    }

    /** Adds {@code fd} for input and returns its place. */
    public int add(int fd) {
        return add(fd, POLLIN);
    }

    /** Adds {@code fd} for {@code events} ({@link #POLLIN}, {@link #POLLOUT}, or both) and returns its place. */
    public int add(int fd, int events) {
        if (count == capacity) {
            throw new IllegalStateException("the set holds " + capacity + " descriptors");
        }
        long at = pollfds + (long) count * POLLFD_BYTES;
        Memory.putInt(at, fd);
        Memory.putShort(at + 4, (short) events);
        Memory.putShort(at + 6, (short) 0);
        return count++;
    }

    /** Changes what the descriptor at {@code index} is waited for; 0 leaves only errors. */
    public void interest(int index, int events) {
        Memory.putShort(pollfds + (long) index * POLLFD_BYTES + 4, (short) events);
    }

    /**
     * Waits until a descriptor is ready or the time has passed.
     *
     * @param timeoutNanos 0 only looks; negative waits for ever
     * @return how many are ready; 0 also after a signal, so that the caller looks at the clock again
     */
    public int await(long timeoutNanos) throws ErrnoException {
        long limit = 0;
        if (timeoutNanos >= 0) {
            Memory.putLong(timespec, timeoutNanos / 1_000_000_000L);
            Memory.putLong(timespec + 8, timeoutNanos % 1_000_000_000L);
            limit = timespec;
        }
        int ready = HotCalls.ppoll(pollfds, count, limit);
        if (ready == -Errno.EINTR) {
            clearResults();
            return 0;
        }
        if (ready < 0) {
            throw new ErrnoException("ppoll", "", -ready);
        }
        return ready;
    }

    /** Whether the descriptor at {@code index} has input, or an error or hang-up that reading will tell. */
    public boolean readable(int index) {
        return (results(index) & ~POLLOUT) != 0;
    }

    public boolean writable(int index) {
        return (results(index) & POLLOUT) != 0;
    }

    /** The raw revents of the descriptor at {@code index}. */
    public int results(int index) {
        return Memory.getShort(pollfds + (long) index * POLLFD_BYTES + 6);
    }

    private void clearResults() {
        for (int i = 0; i < count; i++) {
            Memory.putShort(pollfds + (long) i * POLLFD_BYTES + 6, (short) 0);
        }
    }
}
