package dev.espalier.esp;

import dev.espalier.wire.ip.Checksums;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.IpPacketView;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Builds inner packets for tests, octet by octet and with right checksums. */
public final class IpPackets {
    private final IpAddress source;
    private final IpAddress destination;
    private int protocol = IpPacketView.UDP;
    private byte[] upper = udp(4000, 5000, new byte[32]);
    private int trafficClass;
    private boolean dontFragment = true;
    private int fragmentOffset;
    private boolean moreFragments;

    private IpPackets(IpAddress source, IpAddress destination) {
        this.source = source;
        this.destination = destination;
    }

    public static IpPackets from(String source, String destination) {
        return new IpPackets(IpAddress.parse(source), IpAddress.parse(destination));
    }

    public IpPackets udpPayload(int length) {
        return protocol(IpPacketView.UDP, udp(4000, 5000, numbered(length)));
    }

    public IpPackets udpPorts(int sourcePort, int destinationPort) {
        return protocol(IpPacketView.UDP, udp(sourcePort, destinationPort, numbered(16)));
    }

    public IpPackets protocol(int number, byte... data) {
        protocol = number;
        upper = data;
        return this;
    }

    /** An ICMP or ICMPv6 error of this type that quotes {@code quoted}. */
    public IpPackets icmpError(int type, byte[] quoted) {
        byte[] message = new byte[8 + quoted.length];
        message[0] = (byte) type;
        System.arraycopy(quoted, 0, message, 8, quoted.length);
        return protocol(source.v6() ? IpPacketView.ICMPV6 : IpPacketView.ICMP, message);
    }

    public IpPackets trafficClass(int value) {
        trafficClass = value;
        return this;
    }

    public IpPackets mayFragment() {
        dontFragment = false;
        return this;
    }

    /** @param offset in octets, a multiple of 8 */
    public IpPackets fragment(int offset, boolean more) {
        fragmentOffset = offset;
        moreFragments = more;
        dontFragment = false;
        return this;
    }

    public byte[] build() {
        return source.v6() ? buildV6() : buildV4();
    }

    private byte[] buildV4() {
        ByteBuffer packet = ByteBuffer.allocate(20 + upper.length);
        packet.put((byte) 0x45).put((byte) trafficClass).putShort((short) packet.capacity());
        packet.putShort((short) 0x1234);
        packet.putShort((short) ((dontFragment ? 0x4000 : 0) | (moreFragments ? 0x2000 : 0) | fragmentOffset / 8));
        packet.put((byte) 64).put((byte) protocol).putShort((short) 0);
        packet.put(source.toBytes()).put(destination.toBytes()).put(upper);
        packet.putShort(10, (short) Checksums.of(MemorySegment.ofArray(packet.array()), 0, 20));
        return packet.array();
    }

    private byte[] buildV6() {
        boolean fragment = fragmentOffset > 0 || moreFragments;
        int extension = fragment ? 8 : 0;
        ByteBuffer packet = ByteBuffer.allocate(40 + extension + upper.length);
        packet.putInt(6 << 28 | trafficClass << 20 | 0x12345);
        packet.putShort((short) (extension + upper.length));
        packet.put((byte) (fragment ? 44 : protocol)).put((byte) 64);
        packet.put(source.toBytes()).put(destination.toBytes());
        if (fragment) {
            packet.put((byte) protocol).put((byte) 0);
            packet.putShort((short) (fragmentOffset | (moreFragments ? 1 : 0)));
            packet.putInt(0x5678);
        }
        return packet.put(upper).array();
    }

    public static byte[] udp(int sourcePort, int destinationPort, byte[] payload) {
        return ByteBuffer.allocate(8 + payload.length)
                .putShort((short) sourcePort)
                .putShort((short) destinationPort)
                .putShort((short) (8 + payload.length))
                .putShort((short) 0)
                .put(payload)
                .array();
    }

    public static byte[] numbered(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }

    public static IpPacketView view(byte[] packet) {
        IpPacketView view = new IpPacketView();
        if (view.wrap(MemorySegment.ofArray(packet), 0, packet.length) != IpPacketView.Form.SOUND) {
            throw new AssertionError("not a sound packet");
        }
        return view;
    }
}
