package dev.espalier.ike.sa;

/**
 * What an authenticated IKE SA is to both ends.
 *
 * <pre>
 *   Standby ──the other rekeying lost──▶ Live ──rekeyed──▶ Superseded ──┐
 *      │                                  │                             ├──DELETE by either──▶ (Closing) ──▶ Closed
 *      └──────────────────────────────────┴─────────────────────────────┘
 * </pre>
 */
sealed interface SaState {
    record Live() implements SaState {}

    /** Made by the peer in a rekeying that crossed ours; which of the two lives is not known yet (RFC 7296 2.8.2). */
    record Standby() implements SaState {}

    /** Its children have moved on. */
    record Superseded(long sinceNanos) implements SaState {}

    /** Our DELETE is out, or waits for its turn. */
    record Closing() implements SaState {}

    /** Kept for a while to repeat the last reply. */
    record Closed(long sinceNanos) implements SaState {}
}
