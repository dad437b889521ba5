package dev.espalier.esp.spd;

import dev.espalier.esp.spd.SpdEntry.Action;
import dev.espalier.wire.ip.IpPacketView;
import dev.espalier.wire.ip.Prefix;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An immutable policy database: ordered entries, the first that fits decides, and what fits none is discarded (RFC 4301 4.4.1,
 * ESP-13).
 *
 * <p>Lookup is a tuple space search: entries with the same pair of prefix lengths share one hash table keyed by both masked addresses,
 * so the cost grows with the number of distinct length pairs (a handful in any real policy) and not with the number of entries or
 * peers. Tables are probed in the order of their best entry and the search stops when no later table can win. Allocates nothing.
 */
public final class Spd {
    /** No entries: everything is discarded. */
    public static final Spd EMPTY = new Spd(List.of());

    /** The answer when no entry fits. */
    public static final SpdEntry DEFAULT = SpdEntry.discard(Prefix.ANY_V4, Prefix.ANY_V4);

    /**
     * The answer when a fragment without ports meets an entry that asks for ports: whether it belongs there cannot be known, so it is
     * discarded rather than matched by luck (RFC 4301 section 7, ESP-19).
     */
    public static final SpdEntry UNDECIDABLE = SpdEntry.discard(Prefix.ANY_V6, Prefix.ANY_V6);

    private final List<SpdEntry> entries;
    private final PrefixPairTable[] tablesV4;
    private final PrefixPairTable[] tablesV6;

    private Spd(List<SpdEntry> entries) {
        this.entries = List.copyOf(entries);
        this.tablesV4 = tables(this.entries, false);
        this.tablesV6 = tables(this.entries, true);
    }

    /** @param ordered first match wins */
    public static Spd of(List<SpdEntry> ordered) {
        return ordered.isEmpty() ? EMPTY : new Spd(ordered);
    }

    public List<SpdEntry> entries() {
        return entries;
    }

    /** The entry for a packet on its way out: its source is the local end. {@link #DEFAULT} or {@link #UNDECIDABLE} by identity. */
    public SpdEntry outbound(IpPacketView packet) {
        return lookup(packet, true);
    }

    /** The entry for a packet that came in: its destination is the local end. */
    public SpdEntry inbound(IpPacketView packet) {
        return lookup(packet, false);
    }

    private SpdEntry lookup(IpPacketView packet, boolean outbound) {
        long localHigh = outbound ? packet.sourceHigh() : packet.destinationHigh();
        long localLow = outbound ? packet.sourceLow() : packet.destinationLow();
        long remoteHigh = outbound ? packet.destinationHigh() : packet.sourceHigh();
        long remoteLow = outbound ? packet.destinationLow() : packet.sourceLow();
        int best = Integer.MAX_VALUE;
        boolean undecidable = false;
        for (PrefixPairTable table : packet.v6() ? tablesV6 : tablesV4) {
            if (table.lowestIndex() >= best) {
                break;
            }
            int position = table.find(localHigh, localLow, remoteHigh, remoteLow);
            while (position >= 0 && table.index(position) < best) {
                Fit fit = fit(entries.get(table.index(position)), packet, outbound);
                if (fit != Fit.NO) {
                    best = table.index(position);
                    undecidable = fit == Fit.UNKNOWN;
                }
                position = table.next(position);
            }
        }
        if (undecidable) {
            return UNDECIDABLE;
        }
        return best == Integer.MAX_VALUE ? DEFAULT : entries.get(best);
    }

    private enum Fit {
        YES,
        NO,
        UNKNOWN
    }

    /** Protocol and ports alone; the addresses are known to fit. */
    private static Fit fit(SpdEntry entry, IpPacketView packet, boolean outbound) {
        if (entry.byAddressAlone()) {
            return Fit.YES;
        }
        if (entry.protocol() != 0 && entry.protocol() != packet.protocol()) {
            return Fit.NO;
        }
        boolean visible = packet.hasPorts();
        boolean needsPorts =
                entry.localPorts().needsPort() || entry.remotePorts().needsPort();
        if (needsPorts && packet.fragmentOffset() > 0) {
            return entry.action() == Action.DISCARD ? Fit.YES : Fit.UNKNOWN;
        }
        int source = visible ? packet.sourcePort() : 0;
        int destination = visible ? packet.destinationPort() : 0;
        boolean fits = entry.localPorts().matches(visible, outbound ? source : destination)
                && entry.remotePorts().matches(visible, outbound ? destination : source);
        return fits ? Fit.YES : Fit.NO;
    }

    private static PrefixPairTable[] tables(List<SpdEntry> entries, boolean v6) {
        Map<Integer, List<Integer>> byLengths = new LinkedHashMap<>();
        for (int i = 0; i < entries.size(); i++) {
            SpdEntry entry = entries.get(i);
            if (entry.local().v6() == v6) {
                int lengths = entry.local().length() << 8 | entry.remote().length();
                byLengths.computeIfAbsent(lengths, k -> new ArrayList<>()).add(i);
            }
        }
        // Insertion order is the order of each table's first entry, which is its best.
        return byLengths.values().stream()
                .map(indexes -> new PrefixPairTable(entries, indexes))
                .toArray(PrefixPairTable[]::new);
    }
}
