package dev.espalier.esp.packet;

import dev.espalier.esp.crypto.EspTransform;
import dev.espalier.esp.sad.OutboundSa;
import dev.espalier.esp.sad.SecurityDatabase.Tables;
import dev.espalier.esp.spd.Spd;
import dev.espalier.esp.spd.SpdEntry;
import dev.espalier.wire.ip.Checksums;
import dev.espalier.wire.ip.IpPacketView;
import dev.espalier.wire.ip.UdpPath;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * From a packet as the TUN device gave it to a sealed one (RFC 4301 5.1, RFC 4303 3.3). One for each outbound loop; not thread-safe.
 *
 * <p>Choices that the RFCs leave open: the outer header's DSCP is copied or zero by setting; its TTL is the socket's; its DF bit is clear,
 * so an inner IPv4 packet without DF that outgrows the path once sealed is fragmented outside by the kernel (RFC 4301 8.2.1) rather
 * than inside, while one with DF, and every IPv6 packet, is answered with ICMP too big. The TUN device's MTU makes both rare.
 */
public final class EspOutbound {
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    /** No link is below these, so neither is anything that claims to be a path MTU (ESP-17). */
    private static final int SMALLEST_MTU_V4 = 576;

    private static final int SMALLEST_MTU_V6 = 1280;

    private final OutboundSettings settings;
    private final StagedPackets staged;
    private final DropCounters drops;
    private final DataPathEvents events;
    private final PacketTooBig tooBig;
    private final IpPacketView view = new IpPacketView();
    private final Segmenter segmenter = new Segmenter();
    private final PacketBuffer single = new PacketBatch(1, 0xffff).get(0);

    public EspOutbound(OutboundSettings settings, StagedPackets staged, DropCounters drops, DataPathEvents events) {
        this.settings = settings;
        this.staged = staged;
        this.drops = drops;
        this.events = events;
        this.tooBig = new PacketTooBig(settings.gatewayV4(), settings.gatewayV6());
    }

    /**
     * Seals {@code packet} into {@code out}, or says what else became of it. A packet that stands for several becomes several.
     *
     * @param tables read once for the batch; staged packets that they release must have been taken before
     * @param out has room for it ({@link SealedBatch#hasRoomFor})
     */
    public Verdict process(PacketBuffer packet, Tables tables, SealedBatch out, long nowNanos) {
        // 1. Headers.
        if (view.wrap(packet.memory(), packet.offset(), packet.length()) != IpPacketView.Form.SOUND) {
            return dropped(Drop.OUTBOUND_MALFORMED);
        }
        packet.set(packet.offset(), view.totalLength());
        if (packet.segmentSize() > 0 && !segmenter.begin(packet, view)) {
            return dropped(Drop.OUTBOUND_MALFORMED);
        }
        // 2. Policy.
        SpdEntry entry = tables.spd().outbound(view);
        String peer = entry.peer();
        if (peer == null) {
            return dropped(reasonNotProtected(entry, view));
        }
        // 3. SA.
        OutboundSa sa = tables.sad().outbound(peer, view);
        if (sa == null) {
            return withoutSa(peer, packet, tables, nowNanos);
        }
        // 4. Size.
        UdpPath path = sa.path();
        int mtu = innerMtu(sa, path);
        int longest = packet.segmentSize() > 0 ? segmenter.longest() : view.totalLength();
        if (longest > mtu && view.dontFragment()) {
            drops.count(Drop.PACKET_TOO_BIG);
            return tooBig.replace(packet, view, mtu, nowNanos) ? Verdict.REPLY : Verdict.DROPPED;
        }
        if (mtu != Integer.MAX_VALUE) {
            MssClamp.apply(packet, view, mtu);
        }
        // 5. Outer header.
        int inner = view.trafficClass();
        int trafficClass = (settings.copyDscp() ? inner & 0xfc : 0) | Ecn.encapsulated(inner);
        // 6. Segments, padding, trailer, sequence numbers, seal.
        return packet.segmentSize() > 0
                ? sealSegments(sa, path, trafficClass, out, nowNanos)
                : sealOne(packet, sa, path, trafficClass, out, nowNanos);
    }

    private Verdict sealSegments(OutboundSa sa, UdpPath path, int trafficClass, SealedBatch out, long nowNanos) {
        int count = segmenter.count();
        // Taken once for all of them rather than by each.
        synchronized (sa) {
            for (int i = 0; i < count; i++) {
                int length = segmenter.length(i);
                int size = sa.transform().packetLength(length);
                int at = out.place(size, path, trafficClass);
                segmenter.write(i, out.memory(), at + (long) sa.transform().headerLength());
                Verdict verdict = seal(sa, out.memory(), at, length, nowNanos);
                if (verdict != Verdict.FORWARD) {
                    // The rest has the same fate; nothing of it was taken into the batch.
                    drops.count(Drop.SEQUENCE_EXHAUSTED, verdict == Verdict.DROPPED ? count - 1L - i : 0);
                    return i == 0 || verdict == Verdict.DROPPED ? verdict : Verdict.FORWARD;
                }
                out.add(size, path, trafficClass, length);
            }
        }
        return Verdict.FORWARD;
    }

    private Verdict sealOne(
            PacketBuffer packet, OutboundSa sa, UdpPath path, int trafficClass, SealedBatch out, long nowNanos) {
        int length = packet.length();
        int size = sa.transform().packetLength(length);
        int at = out.place(size, path, trafficClass);
        long innerAt = at + (long) sa.transform().headerLength();
        MemorySegment.copy(packet.memory(), packet.offset(), out.memory(), innerAt, length);
        completeChecksum(packet, out.memory(), innerAt);
        Verdict verdict = seal(sa, out.memory(), at, length, nowNanos);
        if (verdict == Verdict.FORWARD) {
            out.add(size, path, trafficClass, length);
        }
        return verdict;
    }

    /** What the kernel leaves to a network card: the field holds the pseudo-header's sum, the rest is to be added. */
    private static void completeChecksum(PacketBuffer packet, MemorySegment memory, long at) {
        int start = packet.checksumStart();
        if (start == PacketBuffer.NO_CHECKSUM || start + packet.checksumOffset() + 2 > packet.length()) {
            return;
        }
        int sum = Checksums.of(memory, at + start, packet.length() - start);
        // A UDP checksum of 0 would read as "none" (RFC 768); for TCP, 0xffff and 0 mean the same to a receiver.
        memory.set(SHORT, at + start + packet.checksumOffset(), (short) (sum == 0 ? 0xffff : sum));
    }

    private Verdict seal(OutboundSa sa, MemorySegment memory, int espAt, int innerLength, long nowNanos) {
        EspTransform transform = sa.transform();
        int padLength = transform.padLength(innerLength);
        long at = espAt + transform.headerLength() + (long) innerLength;
        for (int i = 1; i <= padLength; i++) {
            memory.set(BYTE, at++, (byte) i);
        }
        memory.set(BYTE, at, (byte) padLength);
        memory.set(BYTE, at + 1, (byte) (view.v6() ? IpPacketView.IPV6 : IpPacketView.IPV4));
        return switch (sa.seal(memory, espAt, innerLength + padLength + 2, nowNanos)) {
            case SEALED -> Verdict.FORWARD;
            case EXHAUSTED -> dropped(Drop.SEQUENCE_EXHAUSTED);
            case CLOSED -> Verdict.STALE;
        };
    }

    /**
     * Puts the next staged packet whose peer has an SA by now into {@code into}, as the TUN device gave it; whether there was one. To be
     * called until false whenever the tables have changed, before new packets are read, so that order is kept.
     */
    public boolean nextReleased(PacketBuffer into, Tables tables, long nowNanos) {
        return staged.release(tables.sad(), into, nowNanos);
    }

    /** Drops staged packets that have waited too long. To be called now and then. */
    public void expireStaged(long nowNanos) {
        staged.expire(nowNanos);
    }

    private Verdict withoutSa(String peer, PacketBuffer packet, Tables tables, long nowNanos) {
        if (tables.sad().reaches(peer)) {
            return dropped(Drop.NO_MATCHING_SA);
        }
        if (packet.segmentSize() == 0) {
            stage(peer, packet, nowNanos);
            return Verdict.STAGED;
        }
        // What waits is bounded by packets, so each of these counts.
        for (int i = 0; i < segmenter.count(); i++) {
            single.clear();
            segmenter.write(i, single.memory(), single.offset());
            single.set(single.offset(), segmenter.length(i));
            stage(peer, single, nowNanos);
        }
        return Verdict.STAGED;
    }

    private void stage(String peer, PacketBuffer packet, long nowNanos) {
        if (staged.stage(peer, packet, nowNanos)) {
            events.saNeeded(peer);
        }
    }

    // By identity: a policy may hold an entry equal to these, which is then a policy and no default.
    @SuppressWarnings("ReferenceEquality")
    private static Drop reasonNotProtected(SpdEntry entry, IpPacketView view) {
        if (entry == Spd.DEFAULT) {
            return view.isLinkScoped() ? Drop.LINK_LOCAL : Drop.NO_POLICY;
        }
        if (entry == Spd.UNDECIDABLE) {
            return Drop.FRAGMENT_WITHOUT_PORTS;
        }
        return entry.action() == SpdEntry.Action.BYPASS ? Drop.BYPASS_IN_TUNNEL : Drop.POLICY_DISCARD;
    }

    private int innerMtu(OutboundSa sa, UdpPath path) {
        int pathMtu = sa.pathMtu();
        if (pathMtu == OutboundSa.UNKNOWN_PATH_MTU) {
            return Integer.MAX_VALUE;
        }
        int inner = sa.transform()
                .innerMtu(pathMtu, path.remote().address().v6(), sa.parameters().udpEncapsulated());
        return Math.max(inner, view.v6() ? SMALLEST_MTU_V6 : SMALLEST_MTU_V4);
    }

    private Verdict dropped(Drop drop) {
        drops.count(drop);
        return Verdict.DROPPED;
    }
}
