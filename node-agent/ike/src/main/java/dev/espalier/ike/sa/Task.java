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

    default void save(StateWriter out) {
        switch (this) {
            case CreateChild create -> out.u8(0);
            case RekeyChild(int spiIn) -> out.u8(1).i32(spiIn);
            case DeleteChild(int spiIn) -> out.u8(2).i32(spiIn);
            case RekeyIke rekey -> out.u8(3);
            case CheckLiveness check -> out.u8(4);
            case SendCrashToken send -> out.u8(5);
            case ReportMessageId(long id) -> out.u8(6).i64(id);
            case UpdateAddresses update -> out.u8(7);
            case ProveRoute(Octets cookie) -> out.u8(8).octets(cookie);
            case CloseIke close -> out.u8(9);
        }
    }

    static Task restore(StateReader in) {
        int kind = in.u8("task");
        return switch (kind) {
            case 0 -> new CreateChild();
            case 1 -> new RekeyChild(in.i32("SPI"));
            case 2 -> new DeleteChild(in.i32("SPI"));
            case 3 -> new RekeyIke();
            case 4 -> new CheckLiveness();
            case 5 -> new SendCrashToken();
            case 6 -> new ReportMessageId(in.i64("message ID"));
            case 7 -> new UpdateAddresses();
            case 8 -> new ProveRoute(in.octets("cookie"));
            case 9 -> new CloseIke();
            default -> throw in.fail("task of kind " + kind);
        };
    }

    /**
     * How a task is to be done.
     *
     * @param method that INVALID_KE_PAYLOAD has asked for
     */
    record Order(Task task, OptionalInt method) {}
}
