/**
 * IKE SAs and what becomes of them: attempts, half-open and established ones, their message windows and timers, the child SAs, and
 * one keeper for each peer that holds them against what its configuration wants. Single-threaded.
 *
 * <pre>
 *   Attempt (initiator)  ──AUTH──▶ IkeSa ──rekeyed──▶ IkeSa ──...──▶ closed
 *   HalfOpenSa (responder) ──AUTH──▶  │
 *                                    Peer: wants, replaces, retries; its ChildBook installs and retires pairs
 * </pre>
 */
@NullMarked
package dev.espalier.ike.sa;

import org.jspecify.annotations.NullMarked;
