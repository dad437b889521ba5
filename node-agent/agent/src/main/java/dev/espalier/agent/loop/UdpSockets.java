package dev.espalier.agent.loop;

import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.libc.Fd;
import dev.espalier.linux.udp.UdpOptions;
import dev.espalier.linux.udp.UdpSocket;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The node's sockets: one for each of two ports and each address family that the kernel has. */
public final class UdpSockets implements AutoCloseable {
    public static final int IKE_PORT = 500;
    public static final int NAT_PORT = 4500;

    private final int natPort;
    private final List<UdpSocket> sockets;

    private UdpSockets(int natPort, List<UdpSocket> sockets) {
        this.natPort = natPort;
        this.sockets = List.copyOf(sockets);
    }

    /**
     * Binds in the calling thread's network namespace.
     *
     * @param ikePort for IKE alone; normally {@link #IKE_PORT}
     * @param natPort shared by ESP and marked IKE (RFC 3948); normally {@link #NAT_PORT}
     * @throws ErrnoException when a port is taken, or the kernel has neither family
     */
    public static UdpSockets open(int ikePort, int natPort, UdpOptions options) throws ErrnoException {
        List<UdpSocket> sockets = new ArrayList<>();
        try {
            ErrnoException missing = null;
            for (boolean v6 : new boolean[] {false, true}) {
                try {
                    sockets.add(UdpSocket.bind(v6, ikePort, options));
                    sockets.add(UdpSocket.bind(v6, natPort, options));
                } catch (ErrnoException e) {
                    if (e.errno() != Errno.EAFNOSUPPORT) {
                        throw e;
                    }
                    missing = e;
                }
            }
            if (sockets.isEmpty() && missing != null) {
                throw missing;
            }
            return new UdpSockets(natPort, sockets);
        } catch (ErrnoException | RuntimeException e) {
            sockets.forEach(UdpSocket::close);
            throw e;
        }
    }

    /**
     * Takes over what another process has bound.
     *
     * @param natPort as in {@link #open}
     * @throws ErrnoException when one of them is no socket; they stay the caller's then
     * @throws IllegalArgumentException when one of them is of no use here; they stay the caller's then
     */
    public static UdpSockets adopt(int natPort, List<Fd> descriptors) throws ErrnoException {
        List<UdpSocket> sockets = new ArrayList<>();
        for (Fd descriptor : descriptors) {
            sockets.add(UdpSocket.adopt(descriptor));
        }
        return new UdpSockets(natPort, sockets);
    }

    /** To be handed over to another process. */
    public List<Fd> descriptors() {
        return sockets.stream().map(UdpSocket::descriptor).toList();
    }

    /** Asks the kernel to put together what carries ESP; whether it does so on every socket that has a family to serve. */
    public boolean receiveCoalesced() {
        return sockets.stream().filter(s -> s.port() == natPort).allMatch(UdpSocket::receiveCoalesced);
    }

    /** Whether the kernel cuts runs of packets. */
    public boolean canSegment() {
        return sockets.stream().filter(s -> s.port() == natPort).allMatch(UdpSocket::canSegment);
    }

    List<UdpSocket> all() {
        return sockets;
    }

    /** The socket for {@code port} and family, or null when the kernel lacks the family or nothing is bound there. */
    @Nullable
    UdpSocket find(boolean v6, int port) {
        for (UdpSocket socket : sockets) {
            if (socket.v6() == v6 && socket.port() == port) {
                return socket;
            }
        }
        return null;
    }

    /** The socket that ESP of this family leaves from. */
    @Nullable
    UdpSocket esp(boolean v6) {
        return find(v6, natPort);
    }

    /** Whether IKE on this port stands behind the non-ESP marker. */
    boolean isMarked(int port) {
        return port == natPort;
    }

    /** To be closed after the loops have ended. */
    @Override
    public void close() {
        sockets.forEach(UdpSocket::close);
    }
}
