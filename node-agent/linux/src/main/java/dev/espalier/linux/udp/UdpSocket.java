package dev.espalier.linux.udp;

import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.libc.Fd;
import dev.espalier.linux.libc.HotCalls;
import dev.espalier.linux.libc.Syscalls;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A UDP socket of one address family, bound to the wildcard address, not blocking. It learns the local address of what it receives and chooses that of what
 * it sends by IP_PKTINFO / IPV6_PKTINFO (ip(7), ipv6(7)), so one socket serves all addresses of the node, also those that come later.
 *
 * <p>Checksums: sent ones are always computed, as UDP segmentation offload and IPv6 (RFC 8200 8.1) need them. Received over IPv4, a zero checksum is
 * accepted (RFC 3948 2.1, UDP-03). Over IPv6 the kernel drops it: we do not ask for the exception of RFC 6935, whose conditions (RFC 6936 4) would have to be met
 * by the sender as well.
 *
 * <p>Errors that the network causes never end a loop: they are counted ({@link #receiveErrors}) or stored with the message ({@link SendBatch#error}). One
 * thread receives at a time; several may send, each with a batch of its own.
 */
public final class UdpSocket implements AutoCloseable {
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SO_RXQ_OVFL = 40;
    private static final int IPPROTO_IP = 0;
    private static final int IP_PKTINFO = 8;
    private static final int IP_MTU_DISCOVER = 10;
    private static final int IP_RECVTOS = 13;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_MTU_DISCOVER = 23;
    private static final int IPV6_V6ONLY = 26;
    private static final int IPV6_RECVPKTINFO = 49;
    private static final int IPV6_RECVTCLASS = 66;
    private static final int SOL_UDP = 17;
    private static final int UDP_SEGMENT = 103;
    private static final int UDP_GRO = 104;
    private static final int MOST_ERRORS_IN_A_ROW = 16;

    private final Fd fd;
    private final boolean v6;
    private final int port;
    private boolean coalesces;
    private long receiveErrors;
    private long kernelDrops;

    private UdpSocket(Fd fd, boolean v6, int port) {
        this.fd = fd;
        this.v6 = v6;
        this.port = port;
    }

    /**
     * Binds to the wildcard address in the calling thread's network namespace. An IPv6 socket takes IPv6 only.
     *
     * @param port 0 for any free one
     * @throws ErrnoException EADDRINUSE, EACCES below 1024 without the right, EAFNOSUPPORT where the kernel lacks the family
     */
    public static UdpSocket bind(boolean v6, int port, UdpOptions options) throws ErrnoException {
        String what = "udp" + (v6 ? "6" : "4") + " port " + port;
        Fd fd = Syscalls.socket(
                v6 ? Syscalls.AF_INET6 : Syscalls.AF_INET, Syscalls.SOCK_DGRAM | Syscalls.SOCK_NONBLOCK, 0, what);
        try {
            if (v6) {
                Syscalls.setOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1, "IPV6_V6ONLY");
                Syscalls.setOption(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, "IPV6_RECVPKTINFO");
                Syscalls.setOption(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1, "IPV6_RECVTCLASS");
            } else {
                Syscalls.setOption(fd, IPPROTO_IP, IP_PKTINFO, 1, "IP_PKTINFO");
                Syscalls.setOption(fd, IPPROTO_IP, IP_RECVTOS, 1, "IP_RECVTOS");
            }
            Syscalls.setOption(fd, SOL_SOCKET, SO_RXQ_OVFL, 1, "SO_RXQ_OVFL");
            bufferSize(fd, SO_RCVBUFFORCE, SO_RCVBUF, options.receiveBufferBytes(), "SO_RCVBUF");
            bufferSize(fd, SO_SNDBUFFORCE, SO_SNDBUF, options.sendBufferBytes(), "SO_SNDBUF");
            UdpSocket socket = bound(fd, v6, port, what);
            socket.pathMtu(options.pathMtu());
            return socket;
        } catch (ErrnoException | RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    /**
     * Takes over a bound socket that another process has set up and handed over, with what waits in its queue; {@link #receiveCoalesced} is off.
     *
     * @throws ErrnoException when it is no socket; it stays the caller's then
     * @throws IllegalArgumentException when it is of another family than IPv4 or IPv6
     */
    public static UdpSocket adopt(Fd fd) throws ErrnoException {
        ByteBuffer address = ByteBuffer.wrap(Syscalls.localAddress(fd)).order(ByteOrder.nativeOrder());
        int family = address.remaining() < 4 ? -1 : address.getShort(0);
        if (family != Syscalls.AF_INET && family != Syscalls.AF_INET6) {
            throw new IllegalArgumentException(fd + " is no UDP socket: family " + family);
        }
        int port = address.order(ByteOrder.BIG_ENDIAN).getShort(2) & 0xffff;
        UdpSocket socket = new UdpSocket(fd, family == Syscalls.AF_INET6, port);
        socket.tryOption(UDP_GRO, 0, "UDP_GRO");
        return socket;
    }

    /** To be handed over to another process. */
    public Fd descriptor() {
        return fd;
    }

    /** For use in a {@link dev.espalier.linux.libc.PollSet}. */
    public int fd() {
        return fd.number();
    }

    public boolean v6() {
        return v6;
    }

    /** The port that it is bound to. */
    public int port() {
        return port;
    }

    public void pathMtu(UdpOptions.PathMtu pathMtu) throws ErrnoException {
        if (v6) {
            Syscalls.setOption(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, pathMtu.value, "IPV6_MTU_DISCOVER");
        } else {
            Syscalls.setOption(fd, IPPROTO_IP, IP_MTU_DISCOVER, pathMtu.value, "IP_MTU_DISCOVER");
        }
    }

    /**
     * Asks the kernel to hand over datagrams of one sender and size together (UDP_GRO, udp(7)); buffers must then hold 65,535 octets. Whether this
     * kernel can.
     */
    public boolean receiveCoalesced() {
        coalesces = tryOption(UDP_GRO, 1, "UDP_GRO");
        return coalesces;
    }

    /** Whether {@link #receiveCoalesced} is on. */
    public boolean coalesces() {
        return coalesces;
    }

    /** Whether this kernel cuts what {@link SendBatch} adds with a segment size (UDP_SEGMENT, udp(7)). A device may still refuse it, with EIO or EINVAL. */
    public boolean canSegment() {
        return tryOption(UDP_SEGMENT, 0, "UDP_SEGMENT");
    }

    private boolean tryOption(int option, int value, String name) {
        try {
            Syscalls.setOption(fd, SOL_UDP, option, value, name);
            return true;
        } catch (ErrnoException e) {
            // Linux before 4.18 and 5.0 respectively: ENOPROTOOPT.
            return false;
        }
    }

    /** Octets of kernel memory that the receive queue may take, as the kernel counts them (twice what was asked for). */
    public int receiveBufferBytes() throws ErrnoException {
        return Syscalls.option(fd, SOL_SOCKET, SO_RCVBUF, "SO_RCVBUF");
    }

    /**
     * Takes what is in the receive queue, up to the batch's capacity, without waiting.
     *
     * @return how many datagrams; 0 when there is none, or when the network reports nothing but errors
     * @throws ErrnoException only for what is a bug of ours or the end of the socket (EBADF, EFAULT, EINVAL, ENOMEM)
     */
    public int receive(ReceiveBatch batch) throws ErrnoException {
        for (int attempt = 0; attempt < MOST_ERRORS_IN_A_ROW; attempt++) {
            int received = HotCalls.receiveMessages(
                    fd.number(), batch.vector.header(0), batch.capacity(), HotCalls.MSG_DONTWAIT);
            if (received >= 0) {
                batch.parse(received, port);
                batch.rearm(received);
                kernelDrops = Math.max(kernelDrops, batch.kernelDrops());
                return received;
            }
            if (received == -Errno.EAGAIN) {
                return 0;
            }
            if (isOurFault(-received)) {
                throw new ErrnoException("recvmmsg", fd.toString(), -received);
            }
            receiveErrors++;
        }
        return 0;
    }

    /**
     * Sends what is pending in {@code batch}. A message that the kernel refuses (no route, too big, device down, filtered) gets its
     * {@link SendBatch#error} and does not hold up those behind it.
     *
     * @return true when nothing is pending any more; false when the send queue is full: wait for POLLOUT and call again, or clear the batch
     * @throws ErrnoException only for what is a bug of ours or the end of the socket (EBADF, EFAULT, ENOTSOCK)
     */
    public boolean send(SendBatch batch) throws ErrnoException {
        if (batch.v6() != v6) {
            throw new IllegalArgumentException("the batch is of the other address family");
        }
        while (batch.pending() > 0) {
            int sent = HotCalls.sendMessages(
                    fd.number(), batch.vector.header(batch.cursor()), batch.pending(), HotCalls.MSG_DONTWAIT);
            if (sent > 0) {
                batch.advance(sent);
            } else if (sent == -Errno.EAGAIN) {
                return false;
            } else if (sent == -Errno.EBADF || sent == -Errno.EFAULT) {
                throw new ErrnoException("sendmmsg", fd.toString(), -sent);
            } else {
                batch.refuse(-sent);
            }
        }
        return true;
    }

    /** Errors that the network reported to the receiving side, such as ICMP port unreachable. */
    public long receiveErrors() {
        return receiveErrors;
    }

    /** Datagrams that the kernel dropped because the receive queue was full, as of the last datagram received. */
    public long kernelDrops() {
        return kernelDrops;
    }

    @Override
    public void close() {
        fd.close();
    }

    private static UdpSocket bound(Fd fd, boolean v6, int port, String what) throws ErrnoException {
        // sockaddr_in6 or sockaddr_in: family in host order, port in network order, the rest zero is the wildcard.
        ByteBuffer address = ByteBuffer.allocate(v6 ? 28 : 16).order(ByteOrder.nativeOrder());
        address.putShort((short) (v6 ? Syscalls.AF_INET6 : Syscalls.AF_INET));
        address.order(ByteOrder.BIG_ENDIAN).putShort((short) port);
        Syscalls.bind(fd, address.array(), what);
        int actual = ByteBuffer.wrap(Syscalls.localAddress(fd)).getShort(2) & 0xffff;
        return new UdpSocket(fd, v6, actual);
    }

    private static void bufferSize(Fd fd, int forced, int polite, int bytes, String name) throws ErrnoException {
        try {
            Syscalls.setOption(fd, SOL_SOCKET, forced, bytes, name + "FORCE");
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EPERM) {
                throw e;
            }
            // Without CAP_NET_ADMIN the kernel caps at net.core.[rw]mem_max by itself.
            Syscalls.setOption(fd, SOL_SOCKET, polite, bytes, name);
        }
    }

    private static boolean isOurFault(int errno) {
        return errno == Errno.EBADF || errno == Errno.EFAULT || errno == Errno.EINVAL || errno == Errno.ENOMEM;
    }
}
