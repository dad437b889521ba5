package dev.espalier.crds.policy;

import dev.espalier.crds.v1alpha1.Encapsulation;
import dev.espalier.crds.v1alpha1.Enforcement;
import dev.espalier.crds.v1alpha1.IPSecMode;
import dev.espalier.crds.v1alpha1.PolicyAction;
import dev.espalier.crds.v1alpha1.PolicySelector;
import java.time.Duration;
import java.util.List;

/**
 * An accepted policy with its strings read.
 *
 * @param generation of the object that the values are from; 0 when it did not say
 * @param ikeProposals in the spelling that {@code Proposal.ike} of the engine takes, preferred first
 * @param espProposals likewise for {@code Proposal.esp}; {@code esn} or {@code noesn} is in each of them
 * @param childLifetimeBytes 0 for no limit
 * @param childLifetimePackets 0 for no limit beyond the sequence number space
 * @param replayWindow packets
 */
public record EffectivePolicy(
        String name,
        long generation,
        int priority,
        PolicySelector selector,
        PolicyAction action,
        Enforcement enforcement,
        IPSecMode mode,
        Encapsulation encapsulation,
        List<String> ikeProposals,
        Duration ikeLifetime,
        Duration dpdInterval,
        List<String> espProposals,
        Duration childLifetime,
        long childLifetimeBytes,
        long childLifetimePackets,
        int replayWindow) {
    public EffectivePolicy {
        ikeProposals = List.copyOf(ikeProposals);
        espProposals = List.copyOf(espProposals);
    }

    /** All that makes a difference to packets, in one line; the generation does not. */
    String canonicalText() {
        return String.join(
                "|",
                name,
                Integer.toString(priority),
                SelectorText.of(selector),
                action.name(),
                enforcement.name(),
                mode.name(),
                encapsulation.name(),
                String.join(",", ikeProposals),
                ikeLifetime.toString(),
                dpdInterval.toString(),
                String.join(",", espProposals),
                childLifetime.toString(),
                Long.toString(childLifetimeBytes),
                Long.toString(childLifetimePackets),
                Integer.toString(replayWindow));
    }
}
