package dev.espalier.esp.packet;

import dev.espalier.esp.sad.InboundSa;
import dev.espalier.esp.spd.Spd;
import dev.espalier.wire.ip.IpPacketView;
import org.jspecify.annotations.Nullable;

/**
 * The flow that policy let in last, so that the next packet of it need not be looked up: all that selectors and policy go by is compared. Only TCP
 * and UDP with ports; ICMP errors have more to be checked. Owned by one loop.
 */
final class AdmittedFlow {
    private @Nullable InboundSa sa;
    private @Nullable Spd spd;
    private boolean v6;
    private int protocol;
    private int sourcePort;
    private int destinationPort;
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;

    /** Whether {@code view}, opened by {@code by}, is of that flow, and policy is still the same object. */
    @SuppressWarnings("ReferenceEquality") // an SA and a policy are what they are by identity
    boolean covers(IpPacketView view, InboundSa by, Spd policy) {
        return sa == by
                && spd == policy
                && isEligible(view)
                && view.sourceLow() == sourceLow
                && view.destinationLow() == destinationLow
                && view.sourceHigh() == sourceHigh
                && view.destinationHigh() == destinationHigh
                && view.protocol() == protocol
                && view.v6() == v6
                && view.sourcePort() == sourcePort
                && view.destinationPort() == destinationPort;
    }

    void remember(IpPacketView view, InboundSa by, Spd policy) {
        if (!isEligible(view)) {
            return;
        }
        sa = by;
        spd = policy;
        v6 = view.v6();
        protocol = view.protocol();
        sourcePort = view.sourcePort();
        destinationPort = view.destinationPort();
        sourceHigh = view.sourceHigh();
        sourceLow = view.sourceLow();
        destinationHigh = view.destinationHigh();
        destinationLow = view.destinationLow();
    }

    private static boolean isEligible(IpPacketView view) {
        return (view.protocol() == IpPacketView.TCP || view.protocol() == IpPacketView.UDP) && view.hasPorts();
    }
}
