package dev.espalier.esp.packet;

import dev.espalier.esp.crypto.EspTransform;
import dev.espalier.esp.sad.OutboundSa;
import dev.espalier.esp.sad.SecurityDatabase.Tables;
import dev.espalier.esp.spd.Spd;
import dev.espalier.esp.spd.SpdEntry;
import dev.espalier.wire.ip.IpPacketView;
import dev.espalier.wire.ip.UdpPath;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * From a packet as the TUN device gave it to a sealed one (RFC 4301 5.1, RFC 4303 3.3). One for each outbound loop; not thread-safe.
 *
 * <p>Choices that the RFCs leave open: the outer header's DSCP is copied or zero by setting; its TTL is the socket's; its DF bit is clear,
 * so an inner IPv4 packet without DF that outgrows the path once sealed is fragmented outside by the kernel (RFC 4301 8.2.1) rather
 * than inside, while one with DF, and every IPv6 packet, is answered with ICMP too big. The TUN device's MTU makes both rare.
 */
public final class EspOutbound {
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    /** No link is below these, so neither is anything that claims to be a path MTU (ESP-17). */
    private static final int SMALLEST_MTU_V4 = 576;

    private static final int SMALLEST_MTU_V6 = 1280;

    private final OutboundSettings settings;
    private final StagedPackets staged;
    private final DropCounters drops;
    private final DataPathEvents events;
    private final PacketTooBig tooBig;
    private final IpPacketView view = new IpPacketView();

    public EspOutbound(OutboundSettings settings, StagedPackets staged, DropCounters drops, DataPathEvents events) {
        this.settings = settings;
        this.staged = staged;
        this.drops = drops;
        this.events = events;
        this.tooBig = new PacketTooBig(settings.gatewayV4(), settings.gatewayV6());
    }

    /**
     * Seals {@code packet} where it lies, or says what else became of it.
     *
     * @param tables read once for the batch; staged packets that they release must have been taken before
     */
    public Verdict process(PacketBuffer packet, Tables tables, long nowNanos) {
        // 1. Headers.
        if (view.wrap(packet.memory(), packet.offset(), packet.length()) != IpPacketView.Form.SOUND) {
            return dropped(Drop.OUTBOUND_MALFORMED);
        }
        packet.set(packet.offset(), view.totalLength());
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
        if (view.totalLength() > mtu && view.dontFragment()) {
            drops.count(Drop.PACKET_TOO_BIG);
            return tooBig.replace(packet, view, mtu, nowNanos) ? Verdict.REPLY : Verdict.DROPPED;
        }
        // 5. Outer header, from the inner one before it is out of sight.
        int trafficClass = view.trafficClass();
        packet.setTrafficClass((settings.copyDscp() ? trafficClass & 0xfc : 0) | Ecn.encapsulated(trafficClass));
        packet.setPath(path);
        // 6. Padding, trailer, sequence number, seal.
        return seal(packet, sa, nowNanos);
    }

    private Verdict seal(PacketBuffer packet, OutboundSa sa, long nowNanos) {
        EspTransform transform = sa.transform();
        MemorySegment memory = packet.memory();
        int innerLength = packet.length();
        int padLength = transform.padLength(innerLength);
        long at = packet.offset() + (long) innerLength;
        for (int i = 1; i <= padLength; i++) {
            memory.set(BYTE, at++, (byte) i);
        }
        memory.set(BYTE, at, (byte) padLength);
        memory.set(BYTE, at + 1, (byte) (view.v6() ? IpPacketView.IPV6 : IpPacketView.IPV4));
        int espAt = packet.offset() - transform.headerLength();
        return switch (sa.seal(memory, espAt, innerLength + padLength + 2, nowNanos)) {
            case SEALED -> {
                packet.set(espAt, transform.packetLength(innerLength));
                yield Verdict.FORWARD;
            }
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
        if (staged.stage(peer, packet, nowNanos)) {
            events.saNeeded(peer);
        }
        return Verdict.STAGED;
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
