package dev.espalier.esp.sad;

import dev.espalier.esp.crypto.EspTransform;
import dev.espalier.esp.crypto.PacketCipher;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * An SA that seals. Mutable are its sequence number and counters, under its own lock, and the path it sends on. Thread-safe; one loop
 * uses it at a time in practice, so the lock is free.
 */
public final class OutboundSa implements AutoCloseable {
    /** Path MTU before anything smaller was learned. */
    public static final int UNKNOWN_PATH_MTU = 0xffff;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    /** How sealing ended. */
    public enum Outcome {
        SEALED,
        /** No sequence number is left (RFC 4303 3.3.3, ESP-02). */
        EXHAUSTED,
        /** The SA was removed meanwhile, or is another process's. */
        CLOSED
    }

    private final SaParameters parameters;
    private final PacketCipher cipher;
    private final long lastUsableSequence;
    private volatile UdpPath path;
    private volatile int pathMtu = UNKNOWN_PATH_MTU;

    private long sequence;
    private long packets;
    private long bytes;
    private long lastUseNanos;
    private boolean closed;
    private boolean suspended;

    /** @param cipher made for this SA alone; closed with it */
    public OutboundSa(SaParameters parameters, PacketCipher cipher) {
        this.parameters = parameters;
        this.cipher = cipher;
        this.path = parameters.path();
        this.lastUsableSequence = parameters.extendedSequenceNumbers() ? -1L : 0xffff_ffffL;
    }

    /**
     * Goes on with an SA of another process, which must not seal with it any more.
     *
     * @param cipher made for this SA alone; closed with it
     */
    public OutboundSa(SaParameters parameters, PacketCipher cipher, SaProgress from) {
        this(parameters, cipher);
        sequence = from.sequence();
        packets = from.packets();
        bytes = from.bytes();
        pathMtu = from.pathMtu();
    }

    /** Where it stands. Nothing is sealed with it from here on, whoever tries, unless {@link #resume} says that nobody else does. */
    public synchronized SaProgress suspend() {
        suspended = true;
        return new SaProgress(sequence, Octets.EMPTY, packets, bytes, pathMtu);
    }

    /** Seals again: what {@link #suspend} told was of no use to anybody. */
    public synchronized void resume() {
        suspended = false;
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

    public UdpPath path() {
        return path;
    }

    /** Sends on another path from the next packet on (NAT rebinding, MOBIKE). */
    public void move(UdpPath newPath) {
        path = newPath;
    }

    /** Octets that an outer packet may have on the path, {@link #UNKNOWN_PATH_MTU} when nothing is known. */
    public int pathMtu() {
        return pathMtu;
    }

    /** Whoever learns path MTUs says what it believes now; bounds against forged ICMP are its business as well as ours. */
    public void setPathMtu(int octets) {
        pathMtu = octets;
    }

    /**
     * Takes the next sequence number, writes the ESP header and seals in place. The text behind the IV is complete: inner packet,
     * padding, trailer.
     *
     * @param at where the ESP header goes
     */
    public synchronized Outcome seal(MemorySegment memory, long at, int textLength, long nowNanos) {
        if (closed || suspended) {
            return Outcome.CLOSED;
        }
        if (sequence == lastUsableSequence) {
            return Outcome.EXHAUSTED;
        }
        sequence++;
        memory.set(INT, at, parameters.spi());
        memory.set(INT, at + 4, (int) sequence);
        cipher.seal(memory, at, textLength, sequence);
        packets++;
        bytes += textLength;
        lastUseNanos = nowNanos;
        return Outcome.SEALED;
    }

    public synchronized SaUsage usage() {
        return new SaUsage(packets, bytes, lastUseNanos, 0, 0);
    }

    /** The number that the last packet had, 0 before the first; unsigned. */
    public synchronized long lastSequence() {
        return sequence;
    }

    /** Starts behind {@code number}: for tests of the end of the number space. */
    synchronized void skipTo(long number) {
        sequence = number;
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
        return "OutboundSa[" + peer() + ", spi " + Integer.toHexString(spi()) + ", " + transform() + ", " + path + "]";
    }
}
