package dev.espalier.agent.loop;

import dev.espalier.esp.packet.Datagram;
import dev.espalier.linux.libc.Errno;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.libc.Memory;
import dev.espalier.linux.udp.SendBatch;
import dev.espalier.linux.udp.UdpSocket;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;
import java.lang.foreign.Arena;

/** Sends IKE messages from the socket of the local port, behind the non-ESP marker where that port carries ESP too (RFC 3948 2.2). Thread-safe. */
final class IkeSender {
    private static final int MAX_DATAGRAM = 65_535;
    /** DSCP CS6: control traffic that must live when the network is full (RFC 4594 3.1). */
    private static final int INTERNETWORK_CONTROL = 0xc0;

    private final UdpSockets sockets;
    private static final Octets KEEPALIVE = Octets.of((byte) 0xff);

    private final Arena arena = Arena.ofAuto();
    private final long memory = arena.allocate(MAX_DATAGRAM, 8).address();
    private final SendBatch v4 = new SendBatch(arena, false, 1);
    private final SendBatch v6 = new SendBatch(arena, true, 1);

    IkeSender(UdpSockets sockets) {
        this.sockets = sockets;
    }

    /** @throws ErrnoException when the kernel refuses it: no route, interface down, queue full */
    synchronized void send(UdpPath path, Octets datagram) throws ErrnoException {
        boolean ipv6 = path.remote().address().v6();
        int port = path.local().port();
        UdpSocket socket = sockets.find(ipv6, port);
        if (socket == null) {
            throw new ErrnoException("sendmmsg", "IKE from " + path.local(), Errno.EAFNOSUPPORT);
        }
        send(socket, path, datagram, sockets.isMarked(port) ? Datagram.NON_ESP_MARKER_LENGTH : 0);
    }

    /** @throws ErrnoException when the kernel refuses it */
    synchronized void sendKeepalive(UdpPath path) throws ErrnoException {
        UdpSocket socket =
                sockets.find(path.remote().address().v6(), path.local().port());
        if (socket == null) {
            throw new ErrnoException("sendmmsg", "keepalive from " + path.local(), Errno.EAFNOSUPPORT);
        }
        send(socket, path, KEEPALIVE, 0);
    }

    private void send(UdpSocket socket, UdpPath path, Octets datagram, int marker) throws ErrnoException {
        if (marker + datagram.length() > MAX_DATAGRAM) {
            throw new ErrnoException("sendmmsg", "IKE to " + path.remote(), Errno.EMSGSIZE);
        }
        Memory.putInt(memory, 0);
        byte[] bytes = datagram.toArray();
        Memory.copyFromHeap(bytes, 0, memory + marker, bytes.length);
        SendBatch batch = path.remote().address().v6() ? v6 : v4;
        batch.clear();
        batch.add(memory, marker + bytes.length, path, INTERNETWORK_CONTROL);
        if (!socket.send(batch)) {
            throw new ErrnoException("sendmmsg", "IKE to " + path.remote(), Errno.EAGAIN);
        }
        if (batch.error(0) != 0) {
            throw new ErrnoException("sendmmsg", "IKE to " + path.remote(), batch.error(0));
        }
    }
}
