package dev.espalier.esp.sad;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** SPI to SA in an open-addressed table, at most half full: a lookup boxes nothing, unlike a map of {@code Integer}. Immutable. */
final class SpiTable {
    private final @Nullable InboundSa[] slots;
    private final int mask;

    SpiTable(Collection<InboundSa> sas) {
        int size = Integer.highestOneBit(Math.max(2, sas.size() * 2 - 1)) * 2;
        slots = new @Nullable InboundSa[size];
        mask = size - 1;
        for (InboundSa sa : sas) {
            int at = start(sa.spi());
            while (slots[at] != null) {
                at = (at + 1) & mask;
            }
            slots[at] = sa;
        }
    }

    @Nullable
    InboundSa find(int spi) {
        int at = start(spi);
        while (true) {
            InboundSa sa = slots[at];
            if (sa == null || sa.spi() == spi) {
                return sa;
            }
            at = (at + 1) & mask;
        }
    }

    private int start(int spi) {
        int hash = spi * 0x9E37_79B9;
        return (hash ^ hash >>> 15) & mask;
    }
}
