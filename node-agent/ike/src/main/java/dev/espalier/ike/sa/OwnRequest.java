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
}
