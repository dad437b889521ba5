package dev.espalier.linux.libc;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallContextCache;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.LastError;
import com.kenai.jffi.Library;
import com.kenai.jffi.Type;
import java.util.Arrays;

/**
 * System calls per packet or batch, through jffi's invoker with raw addresses: nothing is allocated and nothing is thrown. The result is the call's own when
 * it is 0 or more, else {@code -errno}; EINTR is retried, except by {@link #ppoll}, whose caller has to look at the clock again anyway. Blocking calls
 * hold their carrier thread: use platform threads.
 */
public final class HotCalls {
    public static final int MSG_DONTWAIT = 0x40;
    public static final int MSG_PEEK = 2;
    public static final int MSG_TRUNC = 0x20;

    private static final Invoker INVOKER = Invoker.getInstance();
    private static final LastError LAST_ERROR = LastError.getInstance();
    private static final Library LIBC = Library.getCachedInstance("libc.so.6", Library.LAZY | Library.LOCAL);

    private static final CallContext THREE = context(3);
    private static final CallContext FOUR = context(4);
    private static final CallContext FIVE = context(5);
    private static final CallContext SIX = context(6);

    private static final long READ = symbol("read");
    private static final long WRITE = symbol("write");
    private static final long WRITEV = symbol("writev");
    private static final long SENDTO = symbol("sendto");
    private static final long RECVFROM = symbol("recvfrom");
    private static final long SENDMSG = symbol("sendmsg");
    private static final long RECVMSG = symbol("recvmsg");
    private static final long SENDMMSG = symbol("sendmmsg");
    private static final long RECVMMSG = symbol("recvmmsg");
    private static final long PPOLL = symbol("ppoll");

    private HotCalls() {}

    /** read(2) of up to {@code length} octets to {@code address}. */
    public static int read(int fd, long address, int length) {
        int result;
        do {
            result = result(INVOKER.invokeN3(THREE, READ, fd, address, length));
        } while (result == -Errno.EINTR);
        return result;
    }

    /** write(2) of {@code length} octets at {@code address}. */
    public static int write(int fd, long address, int length) {
        int result;
        do {
            result = result(INVOKER.invokeN3(THREE, WRITE, fd, address, length));
        } while (result == -Errno.EINTR);
        return result;
    }

    /** writev(2); {@code vectors} is the address of {@code count} struct iovec (16 octets each: address, length). */
    public static int writev(int fd, long vectors, int count) {
        int result;
        do {
            result = result(INVOKER.invokeN3(THREE, WRITEV, fd, vectors, count));
        } while (result == -Errno.EINTR);
        return result;
    }

    /** sendto(2); {@code sockaddr} may be 0 with {@code sockaddrLength} 0. */
    public static int sendTo(int fd, long address, int length, int flags, long sockaddr, int sockaddrLength) {
        int result;
        do {
            result = result(INVOKER.invokeN6(SIX, SENDTO, fd, address, length, flags, sockaddr, sockaddrLength));
        } while (result == -Errno.EINTR);
        return result;
    }

    /** recvfrom(2) without the sender's address. */
    public static int receive(int fd, long address, int length, int flags) {
        int result;
        do {
            result = result(INVOKER.invokeN6(SIX, RECVFROM, fd, address, length, flags, 0, 0));
        } while (result == -Errno.EINTR);
        return result;
    }

    /** sendmsg(2); {@code message} is the address of a struct msghdr. */
    public static int sendMessage(int fd, long message, int flags) {
        int result;
        do {
            result = result(INVOKER.invokeN3(THREE, SENDMSG, fd, message, flags));
        } while (result == -Errno.EINTR);
        return result;
    }

    /** recvmsg(2); {@code message} is the address of a struct msghdr. */
    public static int receiveMessage(int fd, long message, int flags) {
        int result;
        do {
            result = result(INVOKER.invokeN3(THREE, RECVMSG, fd, message, flags));
        } while (result == -Errno.EINTR);
        return result;
    }

    /** sendmmsg(2) of {@code count} struct mmsghdr; the result is how many were sent. */
    public static int sendMessages(int fd, long messages, int count, int flags) {
        int result;
        do {
            result = result(INVOKER.invokeN4(FOUR, SENDMMSG, fd, messages, count, flags));
        } while (result == -Errno.EINTR);
        return result;
    }

    /** recvmmsg(2) into {@code count} struct mmsghdr, without a time limit; the result is how many were received. */
    public static int receiveMessages(int fd, long messages, int count, int flags) {
        int result;
        do {
            result = result(INVOKER.invokeN5(FIVE, RECVMMSG, fd, messages, count, flags, 0));
        } while (result == -Errno.EINTR);
        return result;
    }

    /**
     * ppoll(2) without a signal mask: waits until one of {@code count} struct pollfd (8 octets each: fd, events, revents) is ready.
     *
     * @param timespec address of a struct timespec, or 0 to wait for ever
     * @return how many are ready, 0 after the time has passed, {@code -EINTR} when a signal came
     */
    public static int ppoll(long pollfds, int count, long timespec) {
        return result(INVOKER.invokeN4(FOUR, PPOLL, pollfds, count, timespec, 0));
    }

    // An int result leaves the upper half of the register undefined; lengths never pass 2 GiB here, so the lower half
    // is the result in both cases.
    private static int result(long register) {
        int result = (int) register;
        return result >= 0 ? result : -LAST_ERROR.get();
    }

    private static CallContext context(int parameters) {
        Type[] types = new Type[parameters];
        Arrays.fill(types, Type.SINT64);
        return CallContextCache.getInstance().getCallContext(Type.SINT64, types, CallingConvention.DEFAULT, true);
    }

    private static long symbol(String name) {
        long address = LIBC.getSymbolAddress(name);
        if (address == 0) {
            throw new UnsatisfiedLinkError("the C library has no " + name);
        }
        return address;
    }
}
