package dev.espalier.ike.exchange;

import dev.espalier.ike.crypto.ChildKeys;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.ike.proposal.EspSuite;
import dev.espalier.ike.selector.TrafficSelector;
import dev.espalier.wire.Octets;
import java.util.List;

/**
 * A pair of child SAs that both ends have agreed on.
 *
 * @param initiated whether this end began the exchange that made it
 * @param localSelectors inner addresses behind this end
 * @param lowestNonce the lower of the exchange's two, for crossing rekeys (RFC 7296 2.8.1)
 */
public record NewChild(
        int spiIn,
        int spiOut,
        EspSuite suite,
        ChildKeys keys,
        boolean initiated,
        List<TrafficSelector> localSelectors,
        List<TrafficSelector> remoteSelectors,
        Octets lowestNonce) {
    public NewChild {
        localSelectors = List.copyOf(localSelectors);
        remoteSelectors = List.copyOf(remoteSelectors);
    }

    /** KEYMAT of what the peer sends to us. */
    public Secret inboundKey() {
        return initiated ? keys.responderToInitiator() : keys.initiatorToResponder();
    }

    /** KEYMAT of what we send. */
    public Secret outboundKey() {
        return initiated ? keys.initiatorToResponder() : keys.responderToInitiator();
    }
}
