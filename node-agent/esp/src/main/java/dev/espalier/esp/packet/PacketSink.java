package dev.espalier.esp.packet;

/** Where a {@link Coalescer} puts what it has put together. */
public interface PacketSink {
    /** Takes one packet; {@code packet} is valid during the call. */
    void deliver(SuperPacket packet);
}
