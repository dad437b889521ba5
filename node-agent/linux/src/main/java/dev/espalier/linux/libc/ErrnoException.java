package dev.espalier.linux.libc;

import java.io.IOException;

/** A system call failed. The message reads {@code open /dev/net/tun: EPERM}, with the kernel's own explanation behind it where it gave one. */
public final class ErrnoException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String call;
    private final int errno;

    /**
     * @param call the system call or request, such as {@code setns}
     * @param argument what it was about, such as a path; may be empty
     * @param errno the positive error number
     */
    public ErrnoException(String call, String argument, int errno) {
        this(call, argument, errno, "");
    }

    /** @param detail the kernel's text, such as netlink's extended acknowledgement; may be empty */
    public ErrnoException(String call, String argument, int errno, String detail) {
        super((argument.isEmpty() ? call : call + " " + argument) + ": " + Errno.name(errno)
                + (detail.isEmpty() ? "" : " (" + detail + ")"));
        this.call = call;
        this.errno = errno;
    }

    public String call() {
        return call;
    }

    /** The positive error number; see {@link Errno}. */
    public int errno() {
        return errno;
    }
}
