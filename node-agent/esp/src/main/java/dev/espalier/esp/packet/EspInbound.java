package dev.espalier.esp.packet;

import dev.espalier.esp.crypto.EspTransform;
import dev.espalier.esp.sad.InboundSa;
import dev.espalier.esp.sad.SaParameters;
import dev.espalier.esp.sad.SecurityDatabase.Tables;
import dev.espalier.esp.spd.SelectorPair;
import dev.espalier.esp.spd.SpdEntry;
import dev.espalier.wire.ip.IpPacketView;
import dev.espalier.wire.ip.UdpPath;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * From an ESP packet as the socket gave it to the packet for the TUN device (RFC 4301 5.2, RFC 4303 3.4). One for each inbound loop; not
 * thread-safe.
 *
 * <p>Padding bytes are not compared with 1, 2, 3 (RFC 4303 2.4 says SHOULD): the ICV has proven that the peer sent them, and peers
 * are known that fill them differently. Outer fragments never get here: the kernel reassembles datagrams before the socket sees them.
 */
public final class EspInbound {
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final DropCounters drops;
    private final DataPathEvents events;
    private final IpPacketView view = new IpPacketView();
    private final IcmpError icmpError = new IcmpError();
    private final AdmittedFlow admitted = new AdmittedFlow();

    public EspInbound(DropCounters drops, DataPathEvents events) {
        this.drops = drops;
        this.events = events;
    }

    /**
     * Opens {@code packet} where it lies, or says what else became of it. The slot's outer addresses and traffic class are those that it
     * was received with.
     *
     * @param tables read once for the batch
     */
    public Verdict process(PacketBuffer packet, Tables tables, long nowNanos) {
        MemorySegment memory = packet.memory();
        int at = packet.offset();
        // 1. SA.
        if (packet.length() < 8) {
            return dropped(Drop.ESP_MALFORMED);
        }
        int spi = memory.get(INT, at);
        InboundSa sa = tables.sad().inbound(spi);
        if (sa == null) {
            return dropped(SaParameters.isReserved(spi) ? Drop.RESERVED_SPI : Drop.UNKNOWN_SPI);
        }
        // 2. Replay check, open, replay mark.
        EspTransform transform = sa.transform();
        int textLength = packet.length() - transform.headerLength() - transform.icvLength();
        if (textLength < 2 || (textLength & 3) != 0) {
            return dropped(Drop.ESP_MALFORMED);
        }
        Drop refused = open(packet, sa, textLength, nowNanos);
        if (refused != null) {
            return dropped(refused);
        }
        // 3. Trailer.
        int textAt = at + transform.headerLength();
        int padLength = memory.get(BYTE, textAt + textLength - 2L) & 0xff;
        int nextHeader = memory.get(BYTE, textAt + textLength - 1L) & 0xff;
        int innerLength = textLength - 2 - padLength;
        if (innerLength < 0) {
            return dropped(Drop.BAD_PADDING);
        }
        if (nextHeader == IpPacketView.NO_NEXT_HEADER) {
            return Verdict.DUMMY;
        }
        if (nextHeader != IpPacketView.IPV4 && nextHeader != IpPacketView.IPV6) {
            return dropped(Drop.UNEXPECTED_NEXT_HEADER);
        }
        // 4. Inner packet; octets behind its own length are traffic flow confidentiality padding (RFC 4303 2.7).
        if (view.wrap(memory, textAt, innerLength) != IpPacketView.Form.SOUND
                || view.v6() != (nextHeader == IpPacketView.IPV6)) {
            return dropped(Drop.INNER_MALFORMED);
        }
        packet.set(textAt, view.totalLength());
        // 5. May this SA carry it?
        Drop unfit = checkSelectors(packet, sa, tables);
        if (unfit != null) {
            return dropped(unfit);
        }
        // 6. Congestion marks of the path.
        return decapsulateEcn(packet);
    }

    /** The headers of the packet that {@link #process} let through last. */
    public IpPacketView view() {
        return view;
    }

    private @Nullable Drop open(PacketBuffer packet, InboundSa sa, int textLength, long nowNanos) {
        return switch (sa.open(packet.memory(), packet.offset(), textLength, nowNanos)) {
            case OPENED -> null;
            case OPENED_NEWEST -> {
                notePath(packet, sa);
                yield null;
            }
            case REPLAYED -> Drop.REPLAYED;
            case TOO_OLD -> Drop.REPLAY_TOO_OLD;
            case FORGED -> Drop.FORGED;
            case CLOSED -> Drop.UNKNOWN_SPI;
        };
    }

    /** Only the newest packet counts: one that was delayed, or captured and sent again from elsewhere, must not move the peer. */
    private void notePath(PacketBuffer packet, InboundSa sa) {
        if (!sa.parameters().udpEncapsulated() || packet.outer().isOn(sa.path())) {
            return;
        }
        UdpPath reported = sa.reportedPath();
        if (reported == null || !packet.outer().isOn(reported)) {
            UdpPath seen = packet.outer().toPath();
            sa.setReportedPath(seen);
            events.peerPathChanged(sa.peer(), sa.spi(), seen);
        }
    }

    private @Nullable Drop checkSelectors(PacketBuffer packet, InboundSa sa, Tables tables) {
        if (admitted.covers(view, sa, tables.spd())) {
            return null;
        }
        Drop unfit = lookUp(packet, sa, tables);
        if (unfit == null) {
            admitted.remember(view, sa, tables.spd());
        }
        return unfit;
    }

    private @Nullable Drop lookUp(PacketBuffer packet, InboundSa sa, Tables tables) {
        SelectorPair selectors = sa.parameters().selectors();
        if (!selectors.fitsInbound(view)) {
            return Drop.INNER_SELECTOR_MISMATCH;
        }
        if (IcmpError.isError(packet.memory(), packet.offset(), view)
                && !icmpError.quotesPacketOf(selectors, packet.memory(), packet.offset(), view)) {
            return Drop.ICMP_QUOTE_MISMATCH;
        }
        SpdEntry entry = tables.spd().inbound(view);
        return sa.peer().equals(entry.peer()) ? null : Drop.INBOUND_POLICY;
    }

    private Verdict decapsulateEcn(PacketBuffer packet) {
        int inner = view.trafficClass();
        int ecn = Ecn.decapsulated(inner, packet.trafficClass());
        if (ecn == Ecn.DROP) {
            return dropped(Drop.ECN_VIOLATION);
        }
        if (ecn != (inner & 3)) {
            view.setTrafficClass((inner & 0xfc) | ecn);
        }
        return Verdict.FORWARD;
    }

    private Verdict dropped(Drop drop) {
        drops.count(drop);
        return Verdict.DROPPED;
    }
}
