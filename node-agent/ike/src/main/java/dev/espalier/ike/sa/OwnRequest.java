package dev.espalier.ike.sa;

import dev.espalier.ike.exchange.ChildOffer;
import dev.espalier.ike.exchange.FollowUpOffer;
import dev.espalier.ike.exchange.NewChild;
import dev.espalier.ike.exchange.NewIkeSa;
import dev.espalier.ike.exchange.RekeyIkeOffer;
import dev.espalier.ike.proposal.Proposal;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.UdpPath;
import java.util.List;
import java.util.Optional;

/** A request of ours that is out, and what its reply needs. */
sealed interface OwnRequest {
    /** Gives back what was reserved for it. */
    default void abandon(Environment env) {}

    /** To create a child SA, or to rekey one. */
    record MakeChild(ChildOffer offer, ChildBasis basis) implements OwnRequest {
        @Override
        public void abandon(Environment env) {
            offer.close();
            env.espSpis().release(offer.spiIn());
        }
    }

    record RekeyIke(RekeyIkeOffer offer, List<Proposal> basis) implements OwnRequest {
        @Override
        public void abandon(Environment env) {
            offer.close();
            env.ikeSpis().release(offer.spi());
        }
    }

    /** A request that goes on with one that was answered: IKE_FOLLOWUP_KE. */
    sealed interface Finish extends OwnRequest {
        FollowUpOffer<?> rest();
    }

    /** The key exchanges that finish making a child SA (RFC 9370 2.2.4). */
    record FinishChild(FollowUpOffer<NewChild> rest, MakeChild begun) implements Finish {
        @Override
        public void abandon(Environment env) {
            rest.close();
            begun.abandon(env);
        }
    }

    /** The key exchanges that finish rekeying the IKE SA. */
    record FinishIke(FollowUpOffer<NewIkeSa> rest, RekeyIke begun) implements Finish {
        @Override
        public void abandon(Environment env) {
            rest.close();
            begun.abandon(env);
        }
    }

    record DeleteChild(int spiIn) implements OwnRequest {}

    /** Tells something; that it was answered is all. */
    record Tell() implements OwnRequest {}

    /** @param path on which it went out first */
    record UpdateAddresses(UdpPath path) implements OwnRequest {}

    record ProveRoute(Octets cookie) implements OwnRequest {}

    record CheckLiveness() implements OwnRequest {}

    record CloseIke() implements OwnRequest {}

    /**
     * Began in the process before this one, which kept its secrets to itself: it is repeated until it is answered, as the window
     * asks for, and what the peer makes of it is given up.
     *
     * @param spiIn of the child SA that the peer may have made
     */
    record GivenUp(Optional<Integer> spiIn) implements OwnRequest {
        @Override
        public void abandon(Environment env) {
            spiIn.ifPresent(env.espSpis()::release);
        }
    }

    /** Whether another process can go on with it. */
    default boolean movable() {
        return switch (this) {
            case MakeChild make -> false;
            case RekeyIke rekey -> false;
            case FinishChild finish -> false;
            case FinishIke finish -> false;
            case DeleteChild delete -> true;
            case Tell tell -> true;
            case UpdateAddresses update -> true;
            case ProveRoute prove -> true;
            case CheckLiveness check -> true;
            case CloseIke close -> true;
            case GivenUp given -> true;
        };
    }

    default void save(StateWriter out) {
        switch (this) {
            case MakeChild make -> giveUp(Optional.of(make.offer().spiIn()), out);
            case RekeyIke rekey -> giveUp(Optional.empty(), out);
            case FinishChild finish -> giveUp(Optional.of(finish.begun().offer().spiIn()), out);
            case FinishIke finish -> giveUp(Optional.empty(), out);
            case DeleteChild(int spiIn) -> out.u8(1).i32(spiIn);
            case Tell tell -> out.u8(2);
            case UpdateAddresses(UdpPath path) -> out.u8(3).path(path);
            case ProveRoute(Octets cookie) -> out.u8(4).octets(cookie);
            case CheckLiveness check -> out.u8(5);
            case CloseIke close -> out.u8(6);
            case GivenUp(Optional<Integer> spiIn) -> giveUp(spiIn, out);
        }
    }

    private static void giveUp(Optional<Integer> spiIn, StateWriter out) {
        out.u8(0).optional(spiIn, out::i32);
    }

    static OwnRequest restore(StateReader in) {
        int kind = in.u8("request");
        return switch (kind) {
            case 0 -> new GivenUp(in.optional("SPI", each -> each.i32("SPI")));
            case 1 -> new DeleteChild(in.i32("SPI"));
            case 2 -> new Tell();
            case 3 -> new UpdateAddresses(in.path("path"));
            case 4 -> new ProveRoute(in.octets("cookie"));
            case 5 -> new CheckLiveness();
            case 6 -> new CloseIke();
            default -> throw in.fail("request of kind " + kind);
        };
    }
}
