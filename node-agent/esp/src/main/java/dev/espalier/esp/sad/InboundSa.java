package dev.espalier.esp.sad;

import dev.espalier.esp.crypto.EspTransform;
import dev.espalier.esp.crypto.PacketCipher;
import dev.espalier.wire.ip.UdpPath;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * An SA that opens. Mutable are its replay window and counters, under its own lock, and the path its peer was last seen on.
 * Thread-safe: with one loop a socket, the lock is contended only when somebody sends its SPI to the wrong one.
 */
public final class InboundSa implements AutoCloseable {
    /** Forged packets in a row after which extended sequence numbers may be out of step (RFC 4303 A3.1). */
    private static final int RESYNCHRONISE_AFTER = 64;

    /** How many values of the upper half are tried then (RFC 4303 A3.2): each stands for 2^32 packets lost in a row. */
    private static final int RESYNCHRONISE_STEPS = 4;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    /** How opening ended. */
    public enum Outcome {
        /** Authentic and the highest number so far. */
        OPENED_NEWEST,
        /** Authentic, with a number below the highest. */
        OPENED,
        REPLAYED,
        TOO_OLD,
        /** Failed the integrity check. */
        FORGED,
        /** The SA was removed meanwhile. */
        CLOSED
    }

    private final SaParameters parameters;
    private final PacketCipher cipher;
    private final ReplayWindow window;
    private volatile UdpPath path;
    private volatile @Nullable UdpPath reportedPath;

    private long packets;
    private long bytes;
    private long lastUseNanos;
    private long replayed;
    private long forged;
    private int forgedInARow;
    private boolean closed;

    /** @param cipher made for this SA alone; closed with it */
    public InboundSa(SaParameters parameters, PacketCipher cipher) {
        this.parameters = parameters;
        this.cipher = cipher;
        this.path = parameters.path();
        this.window = new ReplayWindow(parameters.replayWindow(), parameters.extendedSequenceNumbers());
    }

    /**
     * Goes on with an SA of another process.
     *
     * @param cipher made for this SA alone; closed with it
     * @throws IllegalArgumentException when {@code from} does not fit these parameters
     */
    public InboundSa(SaParameters parameters, PacketCipher cipher, SaProgress from) {
        this(parameters, cipher);
        window.resume(from.sequence(), from.window());
        packets = from.packets();
        bytes = from.bytes();
    }

    /** Where it stands; to be asked when nothing is opened with it any more. */
    public synchronized SaProgress progress() {
        return new SaProgress(window.top(), window.words(), packets, bytes, 0);
    }

    public SaParameters parameters() {
        return parameters;
    }

    public String peer() {
        return parameters.peer();
    }

    public int spi() {
        return parameters.spi();
    }

    public EspTransform transform() {
        return parameters.transform();
    }

    /** Where the peer was seen last. */
    public UdpPath path() {
        return path;
    }

    public void move(UdpPath newPath) {
        path = newPath;
        reportedPath = null;
    }

    /** The last place other than {@link #path()} that IKE was told about, so that it is told once; null for none. */
    public @Nullable UdpPath reportedPath() {
        return reportedPath;
    }

    public void setReportedPath(UdpPath seen) {
        reportedPath = seen;
    }

    /**
     * Checks the replay window, opens in place, and only then moves the window (RFC 4303 3.4.3): a packet that is not authentic changes
     * nothing but counters.
     *
     * @param at where the ESP header starts
     * @param textLength octets between IV and ICV
     */
    public synchronized Outcome open(MemorySegment memory, long at, int textLength, long nowNanos) {
        if (closed) {
            return Outcome.CLOSED;
        }
        int wire = memory.get(INT, at + 4);
        long sequence = window.infer(wire);
        switch (window.check(sequence)) {
            case REPLAYED -> {
                replayed++;
                return Outcome.REPLAYED;
            }
            case TOO_OLD -> {
                replayed++;
                return Outcome.TOO_OLD;
            }
            case FRESH -> {}
        }
        if (!cipher.open(memory, at, textLength, sequence)) {
            forged++;
            forgedInARow++;
            sequence = resynchronised(memory, at, textLength, sequence);
            if (sequence == 0) {
                return Outcome.FORGED;
            }
        }
        forgedInARow = 0;
        boolean newest = Long.compareUnsigned(sequence, window.top()) > 0;
        window.mark(sequence);
        packets++;
        bytes += textLength;
        lastUseNanos = nowNanos;
        return newest ? Outcome.OPENED_NEWEST : Outcome.OPENED;
    }

    /**
     * After many failures in a row, tries one packet with the next few values of the upper half (RFC 4303 A3.2). Once in
     * {@link #RESYNCHRONISE_AFTER} failures, so that a stream of forgeries costs little more than it did. The packet's number, or 0.
     */
    private long resynchronised(MemorySegment memory, long at, int textLength, long inferred) {
        if (!parameters.extendedSequenceNumbers() || forgedInARow % RESYNCHRONISE_AFTER != 0) {
            return 0;
        }
        for (int step = 1; step <= RESYNCHRONISE_STEPS; step++) {
            long candidate = inferred + ((long) step << 32);
            if (Long.compareUnsigned(candidate, inferred) < 0) {
                return 0;
            }
            if (window.check(candidate) == ReplayWindow.Verdict.FRESH
                    && cipher.open(memory, at, textLength, candidate)) {
                return candidate;
            }
        }
        return 0;
    }

    public synchronized SaUsage usage() {
        return new SaUsage(packets, bytes, lastUseNanos, replayed, forged);
    }

    /** Wipes the key; packets that still find this SA are refused. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            cipher.close();
        }
    }

    @Override
    public String toString() {
        return "InboundSa[" + peer() + ", spi " + Integer.toHexString(spi()) + ", " + transform() + ", " + path + "]";
    }
}
