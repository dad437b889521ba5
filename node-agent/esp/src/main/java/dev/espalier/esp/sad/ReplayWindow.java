package dev.espalier.esp.sad;

import dev.espalier.wire.Octets;
import dev.espalier.wire.WireReader;
import dev.espalier.wire.WireWriter;

/**
 * The anti-replay window of one inbound SA (RFC 4303 3.4.3 and Appendix A), with or without extended sequence numbers. Not thread-safe:
 * the SA calls it under its lock.
 *
 * <p>A ring of 64-bit words, one word longer than the window, so that moving ahead clears whole words (the scheme of RFC 6479) and yet
 * exactly the last {@link #size()} numbers are told apart.
 */
public final class ReplayWindow {
    /** RFC 4303 3.4.3 asks for 32 at least and prefers 64. */
    public static final int SMALLEST = 64;

    public static final int LARGEST = 1 << 20;

    /** What the window says about a number. */
    public enum Verdict {
        /** Never seen. */
        FRESH,
        /** Seen before. */
        REPLAYED,
        /** Left of the window, or no number that a sender may use. */
        TOO_OLD
    }

    private final int size;
    private final boolean extended;
    private final long[] words;
    private final int wordMask;
    private long top;

    /**
     * @param size numbers to remember, {@link #SMALLEST} to {@link #LARGEST}; rounded up to a multiple of 64
     * @param extended whether sequence numbers have 64 bits, of which the wire carries the lower half
     */
    public ReplayWindow(int size, boolean extended) {
        if (size < SMALLEST || size > LARGEST) {
            throw new IllegalArgumentException(
                    "replay window of " + size + " is not within " + SMALLEST + ".." + LARGEST);
        }
        this.size = (size + 63) & -64;
        this.extended = extended;
        int capacity = Integer.highestOneBit(this.size / 64) * 2;
        this.words = new long[capacity];
        this.wordMask = capacity - 1;
    }

    public int size() {
        return size;
    }

    /** The highest number marked so far, 0 before the first. */
    public long top() {
        return top;
    }

    /**
     * The whole number behind the 32 bits of the wire (RFC 4303 A2.2): the one that lies in the window or ahead of it. Without extended
     * numbers the 32 bits are the number. 0, which no sender uses, when it could only lie before the first or behind the last number.
     */
    public long infer(int wire) {
        long low = wire & 0xffff_ffffL;
        if (!extended) {
            return low;
        }
        long topHigh = top >>> 32;
        long topLow = top & 0xffff_ffffL;
        long bottomLow = (topLow - size + 1) & 0xffff_ffffL;
        long high;
        if (topLow >= size - 1) {
            // Case A: the window lies within one subspace.
            high = low >= bottomLow ? topHigh : topHigh + 1;
            if (high > 0xffff_ffffL) {
                return 0;
            }
        } else {
            // Case B: the window spans two subspaces.
            high = low >= bottomLow ? topHigh - 1 : topHigh;
            if (high < 0) {
                return 0;
            }
        }
        return high << 32 | low;
    }

    /** Looks a number up without changing anything: before the ICV is checked, and again after. */
    public Verdict check(long sequence) {
        if (sequence == 0) {
            return Verdict.TOO_OLD;
        }
        if (Long.compareUnsigned(sequence, top) > 0) {
            return Verdict.FRESH;
        }
        if (Long.compareUnsigned(top - sequence, size) >= 0) {
            return Verdict.TOO_OLD;
        }
        boolean seen = (words[wordOf(sequence)] & 1L << sequence) != 0;
        return seen ? Verdict.REPLAYED : Verdict.FRESH;
    }

    /** Remembers a number that {@link #check} called fresh and whose packet has proven authentic. */
    public void mark(long sequence) {
        if (Long.compareUnsigned(sequence, top) > 0) {
            long from = top >>> 6;
            long steps = Math.min((sequence >>> 6) - from, words.length);
            for (long i = 1; i <= steps; i++) {
                words[(int) (from + i) & wordMask] = 0;
            }
            top = sequence;
        }
        words[wordOf(sequence)] |= 1L << sequence;
    }

    /** All that it remembers besides {@link #top}, for {@link #resume}. */
    Octets words() {
        WireWriter out = new WireWriter(words.length * Long.BYTES);
        for (long word : words) {
            out.i64(word);
        }
        return out.toOctets();
    }

    /** Remembers what another window of this size has seen; {@link IllegalArgumentException} when it was of another size. */
    void resume(long highest, Octets remembered) {
        if (remembered.length() != words.length * Long.BYTES) {
            throw new IllegalArgumentException("a replay window of another size: " + remembered.length() + " octets");
        }
        WireReader in = remembered.reader("replay window");
        for (int i = 0; i < words.length; i++) {
            words[i] = in.i64("word");
        }
        top = highest;
    }

    private int wordOf(long sequence) {
        return (int) (sequence >>> 6) & wordMask;
    }
}
