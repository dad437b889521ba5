package dev.espalier.linux.udp;

import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.libc.Fd;
import dev.espalier.linux.libc.Syscalls;
import dev.espalier.wire.ip.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalInt;

/**
 * Asks the kernel what it believes the MTU of paths to be (IP_MTU, ip(7); IPV6_MTU, ipv6(7)): that of the device or route, or less where routers have said so.
 * The kernel takes their word only about packets that one of its sockets may have sent, forgets it after a while (net.ipv4.route.mtu_expires), and bounds it
 * below (net.ipv4.route.min_pmtu; 1280 for IPv6). In the network namespace of the thread that makes it. One thread.
 */
public final class PathMtuQuery implements AutoCloseable {
    private static final int IPPROTO_IP = 0;
    private static final int IP_MTU = 14;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_MTU = 24;
    /** Any but 0; nothing is ever sent. */
    private static final int PORT = 9;

    private final Fd v4;
    private final Fd v6;

    private PathMtuQuery(Fd v4, Fd v6) {
        this.v4 = v4;
        this.v6 = v6;
    }

    /** @throws ErrnoException when the process has no descriptors left, or the kernel lacks IPv6 altogether */
    public static PathMtuQuery open() throws ErrnoException {
        Fd v4 = Syscalls.socket(Syscalls.AF_INET, Syscalls.SOCK_DGRAM, 0, "path MTU, IPv4");
        try {
            return new PathMtuQuery(v4, Syscalls.socket(Syscalls.AF_INET6, Syscalls.SOCK_DGRAM, 0, "path MTU, IPv6"));
        } catch (ErrnoException | RuntimeException e) {
            v4.close();
            throw e;
        }
    }

    /** Octets of the longest outer packet to {@code remote}, IP header included; empty when there is no route. */
    public OptionalInt to(IpAddress remote) throws ErrnoException {
        Fd socket = remote.v6() ? v6 : v4;
        try {
            Syscalls.connect(socket, address(remote), remote.toString());
            return OptionalInt.of(
                    remote.v6()
                            ? Syscalls.option(socket, IPPROTO_IPV6, IPV6_MTU, "IPV6_MTU")
                            : Syscalls.option(socket, IPPROTO_IP, IP_MTU, "IP_MTU"));
        } catch (ErrnoException e) {
            if (isUnreachable(e.errno())) {
                return OptionalInt.empty();
            }
            throw e;
        }
    }

    private static boolean isUnreachable(int errno) {
        return switch (errno) {
            // What discarding routes answer (EINVAL: blackhole; EACCES: prohibit) is no bug of ours.
            case Errno.ENETUNREACH,
                    Errno.EHOSTUNREACH,
                    Errno.EADDRNOTAVAIL,
                    Errno.ENETDOWN,
                    Errno.EACCES,
                    Errno.EINVAL -> true;
            default -> false;
        };
    }

    private static byte[] address(IpAddress remote) {
        ByteBuffer address = ByteBuffer.allocate(remote.v6() ? 28 : 16).order(ByteOrder.nativeOrder());
        address.putShort((short) (remote.v6() ? Syscalls.AF_INET6 : Syscalls.AF_INET));
        address.order(ByteOrder.BIG_ENDIAN).putShort((short) PORT);
        if (remote.v6()) {
            address.putInt(0).putLong(remote.high()).putLong(remote.low());
        } else {
            address.putInt((int) remote.low());
        }
        return address.array();
    }

    @Override
    public void close() {
        v4.close();
        v6.close();
    }
}
