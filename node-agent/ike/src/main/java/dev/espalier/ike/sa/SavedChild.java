package dev.espalier.ike.sa;

import dev.espalier.ike.PeerConfig;
import dev.espalier.ike.crypto.ChildKeys;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.ike.exchange.NewChild;
import dev.espalier.ike.proposal.EncryptionAlgorithm;
import dev.espalier.ike.proposal.EspSuite;
import dev.espalier.ike.proposal.IntegrityAlgorithm;
import dev.espalier.ike.selector.TrafficSelector;
import dev.espalier.ike.selector.TrafficSelectorCodec;
import java.time.Duration;
import java.util.List;

/** What a pair of child SAs was agreed to be, as one process hands it to the next. */
final class SavedChild {
    private SavedChild() {}

    /** @param outbound whether there is an outbound half, or may be one later: what is over has no key any more */
    static void agreed(NewChild child, boolean outbound, StateWriter out) {
        out.i32(child.spiIn()).i32(child.spiOut());
        out.text(child.suite().encryption().name())
                .text(child.suite().integrity().name())
                .bool(child.suite().esn())
                .bool(child.initiated())
                .secret(child.inboundKey())
                .bool(outbound);
        if (outbound) {
            out.secret(child.outboundKey());
        }
        selectors(child.localSelectors(), out);
        selectors(child.remoteSelectors(), out);
        out.octets(child.lowestNonce());
    }

    static NewChild agreed(StateReader in) {
        int spiIn = in.i32("SPI");
        int spiOut = in.i32("SPI");
        EspSuite suite = in.valid(
                () -> new EspSuite(
                        in.constant(EncryptionAlgorithm.class, "encryption"),
                        in.constant(IntegrityAlgorithm.class, "integrity"),
                        in.bool("sequence numbers")),
                "suite");
        boolean initiated = in.bool("initiator");
        Secret inbound = in.secret("key");
        Secret outbound = in.bool("outbound half") ? in.secret("key") : Secret.wrap(new byte[0]);
        return new NewChild(
                spiIn,
                spiOut,
                suite,
                initiated ? new ChildKeys(outbound, inbound) : new ChildKeys(inbound, outbound),
                initiated,
                selectors(in),
                selectors(in),
                in.octets("nonce"));
    }

    static void basis(ChildBasis basis, StateWriter out) {
        out.proposals(basis.espProposals())
                .prefixes(basis.localPrefixes())
                .prefixes(basis.remotePrefixes())
                .i32(basis.replayWindow());
    }

    static ChildBasis basis(StateReader in) {
        return new ChildBasis(
                in.proposals("proposals"), in.prefixes("prefixes"), in.prefixes("prefixes"), in.i32("replay window"));
    }

    static void lifetime(PeerConfig.ChildLifetime lifetime, StateWriter out) {
        out.i64(lifetime.time().toNanos()).i64(lifetime.bytes()).i64(lifetime.packets());
    }

    static PeerConfig.ChildLifetime lifetime(StateReader in) {
        return new PeerConfig.ChildLifetime(Duration.ofNanos(in.i64("time")), in.i64("bytes"), in.i64("packets"));
    }

    private static void selectors(List<TrafficSelector> selectors, StateWriter out) {
        out.wire(wire -> TrafficSelectorCodec.encode(selectors, List.of(), wire));
    }

    private static List<TrafficSelector> selectors(StateReader in) {
        return TrafficSelectorCodec.decode(in.wire("selectors")).ranges();
    }
}
