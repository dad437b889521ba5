package dev.espalier.agent.loop;

import dev.espalier.esp.crypto.EspTransform;
import dev.espalier.esp.sad.OutboundSa;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.udp.SendBatch;
import dev.espalier.linux.udp.UdpOptions.PathMtu;
import dev.espalier.linux.udp.UdpSocket;
import dev.espalier.wire.ip.IpPacketView;
import dev.espalier.wire.ip.UdpPath;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Sends dummy packets (RFC 4303 2.6) as long as a path is believed to carry, with DF set, so that a router which they do not fit says so. Pod traffic itself
 * travels without DF: where ICMP is filtered it is fragmented on the way rather than lost. Thread-safe.
 */
final class PathProbe {
    private final UdpSockets sockets;
    private final Arena arena = Arena.ofAuto();
    private final MemorySegment packet = arena.allocate(0xffff, 8);
    private final SendBatch v4 = new SendBatch(arena, false, 1);
    private final SendBatch v6 = new SendBatch(arena, true, 1);

    PathProbe(UdpSockets sockets) {
        this.sockets = sockets;
    }

    /**
     * Sends one; whether it has left. What the network says of it, the kernel remembers.
     *
     * @param outerOctets of the packet with its outer IP header
     */
    synchronized boolean send(OutboundSa sa, int outerOctets, long nowNanos) throws ErrnoException {
        UdpPath path = sa.path();
        boolean ipv6 = path.remote().address().v6();
        UdpSocket socket = sockets.esp(ipv6);
        EspTransform transform = sa.transform();
        int filling = transform.innerMtu(
                Math.min(outerOctets, (int) packet.byteSize()),
                ipv6,
                sa.parameters().udpEncapsulated());
        if (socket == null || filling < 0) {
            return false;
        }
        // The length is such that no padding is needed: pad length 0 and next header behind the filling.
        long text = transform.headerLength();
        packet.asSlice(text, filling + 1L).fill((byte) 0);
        packet.set(ValueLayout.JAVA_BYTE, text + filling + 1, (byte) IpPacketView.NO_NEXT_HEADER);
        if (sa.seal(packet, 0, filling + 2, nowNanos) != OutboundSa.Outcome.SEALED) {
            return false;
        }
        SendBatch batch = ipv6 ? v6 : v4;
        batch.clear();
        batch.add(packet.address(), transform.packetLength(filling), path, 0);
        // Of the socket, not of the message: for a moment what the loop sends has DF as well, which at worst makes it
        // another probe.
        socket.pathMtu(PathMtu.LEARN);
        try {
            return socket.send(batch) && batch.error(0) == 0;
        } finally {
            socket.pathMtu(PathMtu.FRAGMENT);
        }
    }
}
