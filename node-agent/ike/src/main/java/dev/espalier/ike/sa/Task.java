package dev.espalier.ike.sa;

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
