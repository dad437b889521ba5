package dev.espalier.esp.sad;

import dev.espalier.wire.ip.IpPacketView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An immutable snapshot of all SAs: by SPI for what comes in (RFC 4301 4.1: our SPIs are unique on this node, so the SPI suffices), by
 * peer for what goes out. Lookups allocate nothing.
 *
 * <p>During a rekey a peer has two outbound SAs: the one installed last is used, and the older again should the new one vanish first.
 */
public final class Sad {
    public static final Sad EMPTY = new Sad(Map.of(), Map.of());

    private final Map<Integer, InboundSa> inbound;
    private final Map<String, OutboundSa[]> outbound;
    private final SpiTable bySpi;

    private Sad(Map<Integer, InboundSa> inbound, Map<String, OutboundSa[]> outbound) {
        this.inbound = inbound;
        this.outbound = outbound;
        this.bySpi = new SpiTable(inbound.values());
    }

    /** The SA for a packet that carries {@code spi}, or null. */
    public @Nullable InboundSa inbound(int spi) {
        return bySpi.find(spi);
    }

    /** The newest SA towards {@code peer} that may carry {@code packet}, or null. */
    public @Nullable OutboundSa outbound(String peer, IpPacketView packet) {
        OutboundSa[] sas = outbound.get(peer);
        if (sas == null) {
            return null;
        }
        for (int i = sas.length - 1; i >= 0; i--) {
            if (sas[i].parameters().selectors().fitsOutbound(packet)) {
                return sas[i];
            }
        }
        return null;
    }

    /** Whether there is any outbound SA towards {@code peer}. */
    public boolean reaches(String peer) {
        return outbound.containsKey(peer);
    }

    /** All inbound SAs, in no order. */
    public Collection<InboundSa> inboundSas() {
        return inbound.values();
    }

    /** The outbound SAs towards {@code peer}, oldest first. */
    public List<OutboundSa> outboundSas(String peer) {
        OutboundSa[] sas = outbound.get(peer);
        return sas == null ? List.of() : List.of(sas);
    }

    /** All outbound SAs. */
    public List<OutboundSa> outboundSas() {
        List<OutboundSa> all = new ArrayList<>();
        outbound.values().forEach(sas -> all.addAll(List.of(sas)));
        return all;
    }

    /** With one more; {@link IllegalStateException} when the SPI is taken. */
    Sad with(InboundSa sa) {
        return with(List.of(sa), List.of());
    }

    /** With one more, used from now on; {@link IllegalStateException} when the peer has an SA with that SPI. */
    Sad with(OutboundSa sa) {
        return with(List.of(), List.of(sa));
    }

    /** With all of these; {@link IllegalStateException} as above. */
    Sad with(Collection<InboundSa> moreInbound, Collection<OutboundSa> moreOutbound) {
        Map<Integer, InboundSa> bySpiNow = inbound;
        if (!moreInbound.isEmpty()) {
            bySpiNow = new HashMap<>(inbound);
            for (InboundSa sa : moreInbound) {
                if (bySpiNow.putIfAbsent(sa.spi(), sa) != null) {
                    throw new IllegalStateException("inbound SPI " + Integer.toHexString(sa.spi()) + " is in use");
                }
            }
        }
        Map<String, OutboundSa[]> byPeerNow = outbound;
        if (!moreOutbound.isEmpty()) {
            byPeerNow = new HashMap<>(outbound);
            for (OutboundSa sa : moreOutbound) {
                byPeerNow.merge(sa.peer(), new OutboundSa[] {sa}, Sad::joined);
            }
        }
        return new Sad(bySpiNow, byPeerNow);
    }

    private static OutboundSa[] joined(OutboundSa[] sas, OutboundSa[] one) {
        OutboundSa sa = one[0];
        for (OutboundSa other : sas) {
            if (other.spi() == sa.spi()) {
                throw new IllegalStateException(
                        "outbound SPI " + Integer.toHexString(sa.spi()) + " of " + sa.peer() + " is in use");
            }
        }
        OutboundSa[] more = Arrays.copyOf(sas, sas.length + 1);
        more[sas.length] = sa;
        return more;
    }

    Sad without(InboundSa sa) {
        Map<Integer, InboundSa> fewer = new HashMap<>(inbound);
        fewer.remove(sa.spi(), sa);
        return new Sad(fewer, outbound);
    }

    Sad without(OutboundSa sa) {
        List<OutboundSa> sas = new ArrayList<>(outboundSas(sa.peer()));
        sas.remove(sa);
        Map<String, OutboundSa[]> fewer = new HashMap<>(outbound);
        if (sas.isEmpty()) {
            fewer.remove(sa.peer());
        } else {
            fewer.put(sa.peer(), sas.toArray(OutboundSa[]::new));
        }
        return new Sad(inbound, fewer);
    }
}
