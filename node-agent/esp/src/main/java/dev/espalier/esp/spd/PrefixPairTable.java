package dev.espalier.esp.spd;

import dev.espalier.wire.ip.Prefix;
import java.util.Arrays;
import java.util.List;

/**
 * The entries of one (local length, remote length) pair in an open-addressed hash table over primitive arrays. Entries with the same
 * two prefixes are chained in policy order. Immutable once built; lookups allocate nothing.
 */
final class PrefixPairTable {
    private static final int NONE = -1;

    private final long localMaskHigh;
    private final long localMaskLow;
    private final long remoteMaskHigh;
    private final long remoteMaskLow;
    private final long[] keys;
    private final int[] heads;
    private final int[] next;
    private final int[] indexes;
    private final int slotMask;

    /** @param indexes ascending positions in {@code entries} of the entries with this pair of lengths; not empty */
    PrefixPairTable(List<SpdEntry> entries, List<Integer> indexes) {
        SpdEntry first = entries.get(indexes.getFirst());
        localMaskHigh = maskHigh(first.local());
        localMaskLow = maskLow(first.local());
        remoteMaskHigh = maskHigh(first.remote());
        remoteMaskLow = maskLow(first.remote());
        int slots = Integer.highestOneBit(Math.max(2, indexes.size() * 2 - 1)) * 2;
        slotMask = slots - 1;
        keys = new long[slots * 4];
        heads = new int[slots];
        Arrays.fill(heads, NONE);
        this.indexes = indexes.stream().mapToInt(Integer::intValue).toArray();
        next = new int[this.indexes.length];
        Arrays.fill(next, NONE);
        int[] tails = new int[slots];
        for (int position = 0; position < this.indexes.length; position++) {
            SpdEntry entry = entries.get(this.indexes[position]);
            insert(entry.local(), entry.remote(), position, tails);
        }
    }

    private void insert(Prefix local, Prefix remote, int position, int[] tails) {
        long localHigh = local.address().high();
        long localLow = local.address().low();
        long remoteHigh = remote.address().high();
        long remoteLow = remote.address().low();
        int slot = slot(localHigh, localLow, remoteHigh, remoteLow);
        if (heads[slot] == NONE) {
            keys[slot * 4] = localHigh;
            keys[slot * 4 + 1] = localLow;
            keys[slot * 4 + 2] = remoteHigh;
            keys[slot * 4 + 3] = remoteLow;
            heads[slot] = position;
        } else {
            next[tails[slot]] = position;
        }
        tails[slot] = position;
    }

    /** The lowest entry index in this table. */
    int lowestIndex() {
        return indexes[0];
    }

    /** The position of the first entry for these addresses, or a negative number. */
    int find(long localHigh, long localLow, long remoteHigh, long remoteLow) {
        return heads[
                slot(
                        localHigh & localMaskHigh,
                        localLow & localMaskLow,
                        remoteHigh & remoteMaskHigh,
                        remoteLow & remoteMaskLow)];
    }

    /** The position behind {@code position} with the same prefixes, or a negative number. */
    int next(int position) {
        return next[position];
    }

    /** Which entry of the policy database stands at {@code position}. */
    int index(int position) {
        return indexes[position];
    }

    /** The slot that holds the key, or the empty one where it would go; the table is at most half full, so there is one. */
    private int slot(long localHigh, long localLow, long remoteHigh, long remoteLow) {
        long hash = localHigh * 0x9E37_79B9_7F4A_7C15L;
        hash = (Long.rotateLeft(hash, 29) ^ localLow) * 0xBF58_476D_1CE4_E5B9L;
        hash = (Long.rotateLeft(hash, 29) ^ remoteHigh) * 0x94D0_49BB_1331_11EBL;
        hash = (Long.rotateLeft(hash, 29) ^ remoteLow) * 0x9E37_79B9_7F4A_7C15L;
        int slot = (int) (hash >>> 32 ^ hash >>> 17) & slotMask;
        while (heads[slot] != NONE
                && (keys[slot * 4 + 3] != remoteLow
                        || keys[slot * 4 + 1] != localLow
                        || keys[slot * 4 + 2] != remoteHigh
                        || keys[slot * 4] != localHigh)) {
            slot = (slot + 1) & slotMask;
        }
        return slot;
    }

    private static long maskHigh(Prefix prefix) {
        if (!prefix.v6()) {
            return 0;
        }
        return prefix.length() == 0 ? 0 : -1L << Math.max(0, 64 - prefix.length());
    }

    private static long maskLow(Prefix prefix) {
        if (!prefix.v6()) {
            return prefix.length() == 0 ? 0 : (-1L << (32 - prefix.length())) & 0xffff_ffffL;
        }
        return prefix.length() <= 64 ? 0 : -1L << (128 - prefix.length());
    }
}
