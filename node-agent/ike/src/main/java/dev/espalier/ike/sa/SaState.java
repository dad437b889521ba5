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

    /** Whether another process can go on with an SA in this state; it makes do without the others. */
    default boolean movable() {
        return !(this instanceof Closed || this instanceof Standby);
    }

    default void save(StateWriter out) {
        switch (this) {
            case Live live -> out.u8(0);
            case Superseded(long since) -> out.u8(1).time(since);
            case Closing closing -> out.u8(2);
            case Standby standby -> throw new IllegalStateException("not to be handed over");
            case Closed closed -> throw new IllegalStateException("not to be handed over");
        }
    }

    static SaState restore(StateReader in) {
        int kind = in.u8("state");
        return switch (kind) {
            case 0 -> new Live();
            case 1 -> new Superseded(in.time("state"));
            case 2 -> new Closing();
            default -> throw in.fail("state " + kind);
        };
    }

    /** Kept for a while to repeat the last reply. */
    record Closed(long sinceNanos) implements SaState {}
}
