package dev.espalier.ike.sa;

import dev.espalier.ike.exchange.ChildOffer;
import dev.espalier.ike.exchange.RekeyIkeOffer;
import dev.espalier.ike.proposal.Proposal;
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

    record DeleteChild(int spiIn) implements OwnRequest {}

    record CheckLiveness() implements OwnRequest {}

    record CloseIke() implements OwnRequest {}
}
