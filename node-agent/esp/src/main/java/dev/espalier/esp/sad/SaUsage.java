package dev.espalier.esp.sad;

/**
 * What one SA has carried since it was installed.
 *
 * @param packets sealed, or opened and authentic
 * @param bytes of text under the key: inner packets with their padding and trailer
 * @param lastUseNanos monotonic time of the last of them, 0 before the first
 * @param replayed inbound: refused by the replay window
 * @param forged inbound: failed the integrity check
 */
public record SaUsage(long packets, long bytes, long lastUseNanos, long replayed, long forged) {}
