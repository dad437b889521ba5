package dev.espalier.crds.policy;

import dev.espalier.crds.v1alpha1.Encapsulation;
import dev.espalier.crds.v1alpha1.Enforcement;
import dev.espalier.crds.v1alpha1.EspParameters;
import dev.espalier.crds.v1alpha1.IPSecMode;
import dev.espalier.crds.v1alpha1.IPSecPolicySpec;
import dev.espalier.crds.v1alpha1.IkeParameters;
import dev.espalier.crds.v1alpha1.PolicyAction;
import dev.espalier.crds.v1alpha1.PolicySelector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether a policy can be put in force by this version. It applies the schema's bounds and CEL rules too: a policy from a file, or
 * from an API server that knows no CEL, has passed no one else.
 */
public final class PolicyValidation {
    private static final long MAX_PACKETS_WITHOUT_ESN = 0xFFFF_FFFFL;
    private static final long MAX_PACKETS = 1L << 52;
    private static final int MAX_PROPOSALS = 16;

    private PolicyValidation() {}

    /**
     * All findings at once, or the policy with its strings read.
     *
     * @param generation of the object that {@code spec} is from
     */
    public static PolicyVerdict validate(String name, long generation, IPSecPolicySpec spec) {
        FieldReader reader = new FieldReader();
        support(spec, reader);
        reader.within("spec.priority", spec.priority(), -1000, 1000);

        IkeParameters ike = spec.ike();
        List<String> ikeProposals = new ArrayList<>();
        proposalCount("spec.ike.proposals", ike.proposals(), reader);
        for (int i = 0; i < ike.proposals().size(); i++) {
            ikeProposals.add(ProposalSyntax.ike(
                    "spec.ike.proposals[" + i + "]", ike.proposals().get(i), reader));
        }
        Duration ikeLifetime =
                reader.duration("spec.ike.lifetime", ike.lifetime(), Duration.ofSeconds(30), Duration.ofHours(24));
        Duration dpdInterval =
                reader.duration("spec.ike.dpdInterval", ike.dpdInterval(), Duration.ofSeconds(1), Duration.ofHours(1));

        EspParameters esp = spec.esp();
        List<String> espProposals = espProposals(esp, reader);
        Duration childLifetime = reader.duration(
                "spec.esp.lifetime.time", esp.lifetime().time(), Duration.ofSeconds(10), Duration.ofHours(24));
        long bytes = reader.bytes("spec.esp.lifetime.bytes", esp.lifetime().bytes());
        long packets = reader.within("spec.esp.lifetime.packets", esp.lifetime().packets(), 0, MAX_PACKETS);
        if (packets > MAX_PACKETS_WITHOUT_ESN && espProposals.stream().anyMatch(ProposalSyntax::allowsNoEsn)) {
            reader.add(Finding.invalid(
                    "spec.esp.lifetime.packets",
                    "without esn an SA cannot carry more than " + MAX_PACKETS_WITHOUT_ESN + " packets"));
        }
        int replayWindow = (int) reader.within("spec.esp.replayWindow", esp.replayWindow(), 64, 65536);

        if (!reader.findings().isEmpty()) {
            return new PolicyVerdict.Refused(reader.findings());
        }
        return new PolicyVerdict.Accepted(new EffectivePolicy(
                name,
                generation,
                spec.priority(),
                spec.selector(),
                spec.action(),
                spec.enforcement(),
                spec.mode(),
                spec.encapsulation(),
                ikeProposals,
                ikeLifetime,
                dpdInterval,
                espProposals,
                childLifetime,
                bytes,
                packets,
                replayWindow));
    }

    private static void support(IPSecPolicySpec spec, FieldReader reader) {
        if (spec.enforcement() == Enforcement.PERMISSIVE && spec.action() != PolicyAction.PROTECT) {
            reader.add(Finding.invalid("spec.enforcement", "Permissive is for action Protect only"));
        }
        if (spec.action() == PolicyAction.BYPASS) {
            reader.add(unsupported("spec.action", "Bypass", "Protect and Discard"));
        }
        if (!PolicySelector.isEmpty(spec.selector().namespaceSelector())) {
            reader.add(Finding.notSupported(
                    "spec.selector.namespaceSelector",
                    "selecting namespaces is not supported by this version; leave it empty"));
        }
        if (!PolicySelector.isEmpty(spec.selector().podSelector())) {
            reader.add(Finding.notSupported(
                    "spec.selector.podSelector", "selecting pods is not supported by this version; leave it empty"));
        }
        if (spec.enforcement() != Enforcement.STRICT) {
            reader.add(unsupported("spec.enforcement", "Permissive", "Strict"));
        }
        if (spec.mode() != IPSecMode.TUNNEL) {
            reader.add(unsupported("spec.mode", "Transport", "Tunnel"));
        }
        if (spec.encapsulation() != Encapsulation.UDP) {
            reader.add(unsupported(
                    "spec.encapsulation", spec.encapsulation() == Encapsulation.ESP ? "ESP" : "Auto", "UDP"));
        }
    }

    private static Finding unsupported(String field, String value, String supported) {
        return Finding.notSupported(field, value + " is not supported by this version, only " + supported);
    }

    private static List<String> espProposals(EspParameters esp, FieldReader reader) {
        proposalCount("spec.esp.proposals", esp.proposals(), reader);
        List<String> result = new ArrayList<>();
        for (int i = 0; i < esp.proposals().size(); i++) {
            result.add(ProposalSyntax.esp(
                    "spec.esp.proposals[" + i + "]", esp.proposals().get(i), esp.esn(), reader));
        }
        return result;
    }

    private static void proposalCount(String field, List<String> proposals, FieldReader reader) {
        if (proposals.isEmpty() || proposals.size() > MAX_PROPOSALS) {
            reader.add(Finding.invalid(field, proposals.size() + " proposals; must be from 1 to " + MAX_PROPOSALS));
        }
    }
}
