package dev.espalier.agent.cni;

import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.libc.Fd;
import dev.espalier.linux.libc.HotCalls;
import dev.espalier.linux.libc.Memory;
import dev.espalier.linux.libc.Syscalls;
import dev.espalier.wire.ip.IpAddress;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Frames that no honest IP stack would send, with correct checksums, sent by a packet socket (packet(7)). */
final class RawFrames {
    private static final int AF_PACKET = 17;
    private static final int TYPE_IPV4 = 0x0800;
    private static final int TYPE_ARP = 0x0806;
    private static final int TYPE_IPV6 = 0x86dd;

    private RawFrames() {}

    /** Sends {@code frame} out of an interface of the calling thread's namespace. */
    static void send(int interfaceIndex, byte[] frame) throws ErrnoException {
        try (Fd socket = Syscalls.socket(AF_PACKET, Syscalls.SOCK_RAW, 0, "packet");
                Arena arena = Arena.ofConfined()) {
            ByteBuffer address = ByteBuffer.allocate(20).order(ByteOrder.nativeOrder());
            address.putShort((short) AF_PACKET).putShort((short) 0).putInt(interfaceIndex);
            Syscalls.bind(socket, address.array(), "packet");
            long memory = arena.allocate(frame.length).address();
            Memory.copyFromHeap(frame, 0, memory, frame.length);
            int sent = HotCalls.write(socket.number(), memory, frame.length);
            if (sent != frame.length) {
                throw new ErrnoException("write", "frame", -sent);
            }
        }
    }

    /** An ICMP message, checksum filled in: of version 6 when the addresses are. */
    static byte[] icmp(byte[] to, byte[] from, IpAddress source, IpAddress target, int hopLimit, byte[] message) {
        boolean v6 = source.v6();
        ByteBuffer out = ByteBuffer.allocate(14 + (v6 ? 40 : 20) + message.length);
        out.put(to).put(from).putShort((short) (v6 ? TYPE_IPV6 : TYPE_IPV4));
        byte[] sum = message.clone();
        long partial = 0;
        if (v6) {
            out.putInt(6 << 28)
                    .putShort((short) message.length)
                    .put((byte) 58)
                    .put((byte) hopLimit)
                    .put(source.toBytes())
                    .put(target.toBytes());
            partial = sum(source.toBytes()) + sum(target.toBytes()) + message.length + 58;
        } else {
            ByteBuffer header = ByteBuffer.allocate(20)
                    .putShort((short) 0x4500)
                    .putShort((short) (20 + message.length))
                    .putInt(0)
                    .put((byte) hopLimit)
                    .put((byte) 1)
                    .putShort((short) 0)
                    .put(source.toBytes())
                    .put(target.toBytes());
            header.putShort(10, checksum(sum(header.array())));
            out.put(header.array());
        }
        ByteBuffer.wrap(sum).putShort(2, checksum(partial + sum(sum)));
        return out.put(sum).array();
    }

    /** An ARP packet for Ethernet and IPv4 (RFC 826). */
    static byte[] arp(
            byte[] to,
            byte[] from,
            int operation,
            byte[] senderMac,
            IpAddress sender,
            byte[] targetMac,
            IpAddress target) {
        return ByteBuffer.allocate(42)
                .put(to)
                .put(from)
                .putShort((short) TYPE_ARP)
                .putShort((short) 1)
                .putShort((short) TYPE_IPV4)
                .put((byte) 6)
                .put((byte) 4)
                .putShort((short) operation)
                .put(senderMac)
                .put(sender.toBytes())
                .put(targetMac)
                .put(target.toBytes())
                .array();
    }

    static byte[] mac(String text) {
        byte[] mac = new byte[6];
        String[] parts = text.split(":", -1);
        for (int i = 0; i < mac.length; i++) {
            mac[i] = (byte) Integer.parseInt(parts[i], 16);
        }
        return mac;
    }

    private static long sum(byte[] octets) {
        long sum = 0;
        for (int i = 0; i < octets.length; i++) {
            sum += (long) (octets[i] & 0xff) << (i % 2 == 0 ? 8 : 0);
        }
        return sum;
    }

    private static short checksum(long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return (short) ~folded;
    }
}
