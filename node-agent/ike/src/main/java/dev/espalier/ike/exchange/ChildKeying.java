package dev.espalier.ike.exchange;

import dev.espalier.ike.crypto.KeySchedule;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.ike.proposal.EspSuite;
import dev.espalier.ike.proposal.SaProposal;
import dev.espalier.ike.selector.TrafficSelector;
import dev.espalier.wire.Octets;
import java.util.List;

/** Keys of a pair of child SAs out of what the exchange brought (RFC 7296 2.17). */
record ChildKeying(IkeSaKeys keys, Octets nonceInitiator, Octets nonceResponder) {
    private static final int SPI_OCTETS = 4;
    /** RFC 4303 2.1 reserves 0 to 255. */
    private static final int FIRST_SPI = 256;

    /** Whether a peer's ESP SPI is one. */
    static boolean usable(Octets spi) {
        return spi.length() == SPI_OCTETS && Integer.compareUnsigned(number(spi), FIRST_SPI) >= 0;
    }

    static int number(Octets spi) {
        return spi.reader("SPI").i32("SPI");
    }

    /** @param shared of the exchange's own key exchanges in order, none without perfect forward secrecy; wiped here */
    NewChild pair(
            boolean initiated,
            int spiIn,
            SaProposal chosen,
            List<Secret> shared,
            List<TrafficSelector> localSelectors,
            List<TrafficSelector> remoteSelectors) {
        EspSuite suite = EspSuite.of(chosen.proposal());
        try {
            return new NewChild(
                    spiIn,
                    number(chosen.spi()),
                    suite,
                    KeySchedule.child(
                            keys.prf(),
                            keys.keys().skD(),
                            shared,
                            nonceInitiator,
                            nonceResponder,
                            suite.keyMaterialOctets()),
                    initiated,
                    localSelectors,
                    remoteSelectors,
                    RekeyCollision.lower(nonceInitiator, nonceResponder));
        } finally {
            shared.forEach(Secret::close);
        }
    }
}
