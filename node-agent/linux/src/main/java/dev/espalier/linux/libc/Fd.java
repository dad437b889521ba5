package dev.espalier.linux.libc;

import java.util.concurrent.atomic.AtomicInteger;

/** Owns a file descriptor. Closing twice is harmless; using it from one thread while another closes it is not, so the thread that uses it closes it. */
public final class Fd implements AutoCloseable {
    private final AtomicInteger number;
    private final String what;

    /**
     * @param number an open descriptor, which this object takes over
     * @param what names it in errors
     */
    public Fd(int number, String what) {
        this.number = new AtomicInteger(number);
        this.what = what;
    }

    /** The descriptor; throws {@link IllegalStateException} after {@link #close}. */
    public int number() {
        int value = number.get();
        if (value < 0) {
            throw new IllegalStateException(what + " is closed");
        }
        return value;
    }

    public boolean isOpen() {
        return number.get() >= 0;
    }

    @Override
    public void close() {
        int value = number.getAndSet(-1);
        if (value >= 0) {
            // Linux has released the number whatever close returns, and nothing here is written back late.
            Syscalls.closeQuietly(value);
        }
    }

    @Override
    public String toString() {
        return what + " (fd " + number.get() + ")";
    }
}
