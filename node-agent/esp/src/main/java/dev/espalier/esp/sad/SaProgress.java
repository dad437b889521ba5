package dev.espalier.esp.sad;

import dev.espalier.wire.Octets;

/**
 * Where an SA stands, so that another process can go on with it: the numbers that have been used must never be used again under the same key (RFC 4303 3.3.3,
 * RFC 4106 3.1), and what has been received must not be taken a second time (RFC 4303 3.4.3).
 *
 * @param sequence the last number sent, or the highest received; 0 before the first; unsigned
 * @param window of an inbound SA, what {@link ReplayWindow} remembers; empty for an outbound one
 * @param packets that it has carried
 * @param bytes that it has carried
 * @param pathMtu of an outbound SA, as {@link OutboundSa#pathMtu()}
 */
public record SaProgress(long sequence, Octets window, long packets, long bytes, int pathMtu) {}
