package dev.espalier.ike.sa;

import dev.espalier.wire.Octets;
import java.util.OptionalInt;

/** Something that this end wants to ask of the peer, once the window is free. Equal ones are one. */
sealed interface Task {
    /** Whether it is about children, which a rekeyed IKE SA passes on to the next. */
    default boolean movesOn() {
        return true;
    }

    record CreateChild() implements Task {}

    record RekeyChild(int spiIn) implements Task {}

    record DeleteChild(int spiIn) implements Task {}

    record RekeyIke() implements Task {
        @Override
        public boolean movesOn() {
            return false;
        }
    }

    record CheckLiveness() implements Task {
        @Override
        public boolean movesOn() {
            return false;
        }
    }

    /** Tells the peer what proves a crash of ours (RFC 6290 4.3). */
    record SendCrashToken() implements Task {
        @Override
        public boolean movesOn() {
            return false;
        }
    }

    /** Tells the peer that a message ID of its is out of the window (IKE-08). */
    record ReportMessageId(long messageId) implements Task {
        @Override
        public boolean movesOn() {
            return false;
        }
    }

    /** Tells the peer that it has to send to another address from now on (RFC 4555). */
    record UpdateAddresses() implements Task {}

    /** Asks whether the peer is to be reached where it says (RFC 4555 3.7). */
    record ProveRoute(Octets cookie) implements Task {
        @Override
        public boolean movesOn() {
            return false;
        }
    }

    record CloseIke() implements Task {
        @Override
        public boolean movesOn() {
            return false;
        }
    }

    /**
     * How a task is to be done.
     *
     * @param method that INVALID_KE_PAYLOAD has asked for
     */
    record Order(Task task, OptionalInt method) {}
}
