package dev.espalier.ike;

import java.time.Instant;

/**
 * The time, handed in with every input.
 *
 * @param nanos monotonic; every timer of the engine runs on it, so that clock steps do nothing
 * @param wall for certificate validity alone
 */
public record Now(long nanos, Instant wall) {}
