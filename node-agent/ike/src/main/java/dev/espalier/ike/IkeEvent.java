package dev.espalier.ike;

import dev.espalier.wire.ip.UdpPath;

/** What happened, for logs, metrics and status. Holds no secrets; texts from a peer are escaped and cut. */
public sealed interface IkeEvent {
    record IkeSaEstablished(
            String peer,
            long spiInitiator,
            long spiResponder,
            String suite,
            boolean postQuantum,
            boolean initiator,
            UdpPath path)
            implements IkeEvent {}

    record IkeSaRekeyed(String peer, long spiInitiator, long spiResponder) implements IkeEvent {}

    /** @param reason for operators: "deleted by peer", "no answer to liveness check", "certificate revoked", ... */
    record IkeSaClosed(String peer, long spiInitiator, long spiResponder, String reason) implements IkeEvent {}

    record ChildSaEstablished(String peer, int spiIn, int spiOut, String suite) implements IkeEvent {}

    record ChildSaRekeyed(String peer, int oldSpiIn, int newSpiIn, int newSpiOut) implements IkeEvent {}

    record ChildSaClosed(String peer, int spiIn, String reason) implements IkeEvent {}

    /** An attempt failed and will be repeated, or not. {@code reason} names the cause in full; the peer may have been told less. */
    record NegotiationFailed(String peer, String exchange, String reason, boolean willRetry) implements IkeEvent {}

    /** Input that was dropped without effect: malformed, unauthenticated, over a limit. {@code reason} is a short constant, for a counter. */
    record MessageDropped(String reason, UdpPath path, String detail) implements IkeEvent {}
}
