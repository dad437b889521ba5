package dev.espalier.operator.policy;

import static dev.espalier.crds.v1alpha1.IPSecPolicyStatus.ACCEPTED;
import static dev.espalier.crds.v1alpha1.IPSecPolicyStatus.DEGRADED;
import static dev.espalier.crds.v1alpha1.IPSecPolicyStatus.READY;

import dev.espalier.crds.policy.EffectivePolicy;
import dev.espalier.crds.policy.PolicySet;
import dev.espalier.crds.policy.PolicyVerdict;
import dev.espalier.crds.v1alpha1.IPSecNode;
import dev.espalier.crds.v1alpha1.IPSecPolicy;
import dev.espalier.crds.v1alpha1.IPSecPolicyStatus;
import dev.espalier.crds.v1alpha1.IPSecPolicyStatus.NodeCounts;
import dev.espalier.crds.v1alpha1.IPSecPolicyStatus.PolicyInForce;
import dev.espalier.crds.v1alpha1.PolicyAction;
import dev.espalier.crds.v1alpha1.StatusCondition;
import dev.espalier.operator.status.MeshReport;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The status of each policy, as a function of policies, nodes and time (OPR-03). Conditions:
 *
 * <ul>
 *   <li>{@code Accepted}: {@code Accepted}, or {@code Invalid} / {@code NotSupported} naming the field;
 *   <li>{@code Ready}: {@code AllNodesReady}, {@code Overridden} (applied, but a policy of higher precedence decides), {@code NotAccepted},
 *       {@code NoNodes}, {@code WaitingForNodes} (not applied everywhere), {@code PeersNotEstablished};
 *   <li>{@code Degraded}: {@code AsExpected}, {@code OlderSpecInForce} (the newest spec is refused), {@code PeersNotEstablished} (applied
 *       everywhere, but SAs are missing).
 * </ul>
 */
final class PolicyStatusPlan {
    private static final int NODES_NAMED = 5;

    private final PolicySet set;
    private final MeshReport report;
    private final Instant now;

    private PolicyStatusPlan(PolicySet set, MeshReport report, Instant now) {
        this.set = set;
        this.report = report;
        this.now = now;
    }

    /** By policy name; each as it should be stored, so one that equals what is stored needs no write. */
    static Map<String, IPSecPolicyStatus> of(
            Collection<IPSecPolicy> policies, Collection<IPSecNode> nodes, Instant now) {
        PolicySet set = PolicySet.of(policies);
        boolean needsPeers = set.forEveryPod()
                .map(policy -> policy.action() == PolicyAction.PROTECT)
                .orElse(false);
        PolicyStatusPlan plan = new PolicyStatusPlan(set, MeshReport.of(nodes, set.contentHash(), needsPeers), now);
        Map<String, IPSecPolicyStatus> result = new TreeMap<>();
        for (IPSecPolicy policy : policies) {
            result.put(policy.getMetadata().getName(), plan.status(policy));
        }
        return result;
    }

    private IPSecPolicyStatus status(IPSecPolicy policy) {
        long generation = Objects.requireNonNullElse(policy.getMetadata().getGeneration(), 0L);
        IPSecPolicyStatus stored = policy.getStatus();
        PolicyVerdict verdict = PolicySet.verdict(policy);
        Reason accepted = switch (verdict) {
            case PolicyVerdict.Accepted ignored ->
                new Reason(true, "Accepted", "the specification is valid and supported");
            case PolicyVerdict.Refused refused ->
                new Reason(false, refused.reason().toString(), refused.message());
        };
        PolicyInForce inForce = accepted.holds
                ? new PolicyInForce(generation, policy.getSpec())
                : stored == null ? null : stored.inForce();
        Reason ready = accepted.holds
                ? ready(policy.getMetadata().getName())
                : new Reason(false, "NotAccepted", "generation " + generation + " is not accepted");
        Reason degraded = degraded(accepted, ready, inForce);
        List<StatusCondition> conditions = List.of(
                accepted.condition(ACCEPTED, generation, now),
                ready.condition(READY, generation, now),
                degraded.condition(DEGRADED, generation, now));
        return new IPSecPolicyStatus(
                generation,
                StatusCondition.following(stored == null ? null : stored.conditions(), conditions),
                new NodeCounts(report.total(), report.applied(), report.ready()),
                message(accepted, ready, degraded),
                inForce);
    }

    private Reason ready(String name) {
        if (report.total() == 0) {
            return new Reason(false, "NoNodes", "there is no node yet");
        }
        if (!report.notApplied().isEmpty()) {
            return new Reason(
                    false,
                    "WaitingForNodes",
                    "applied on " + report.applied() + " of " + report.total() + " nodes; waiting for "
                            + some(report.notApplied()));
        }
        String deciding = set.forEveryPod().map(EffectivePolicy::name).orElse(name);
        if (!deciding.equals(name)) {
            return new Reason(
                    true,
                    "Overridden",
                    "applied, but policy '" + deciding + "' of higher precedence decides for every pod");
        }
        if (!report.notReady().isEmpty()) {
            return new Reason(
                    false,
                    "PeersNotEstablished",
                    report.ready() + " of " + report.total() + " nodes are ready; not " + some(report.notReady())
                            + (report.notConnected().isEmpty()
                                    ? ""
                                    : " (" + String.join("; ", report.notConnected()) + ")"));
        }
        return new Reason(true, "AllNodesReady", "in force on all " + report.total() + " nodes");
    }

    private static Reason degraded(Reason accepted, Reason ready, @Nullable PolicyInForce inForce) {
        if (!accepted.holds && inForce != null) {
            return new Reason(true, "OlderSpecInForce", "generation " + inForce.generation() + " stays in force");
        }
        return ready.reason.equals("PeersNotEstablished")
                ? new Reason(true, ready.reason, ready.message)
                : new Reason(false, "AsExpected", "nothing is degraded");
    }

    private static String message(Reason accepted, Reason ready, Reason degraded) {
        if (accepted.holds) {
            return ready.message;
        }
        String refused = accepted.reason + ": " + accepted.message;
        return degraded.holds ? refused + "; " + degraded.message : refused;
    }

    private static String some(List<String> names) {
        String first = String.join(", ", names.subList(0, Math.min(NODES_NAMED, names.size())));
        return names.size() <= NODES_NAMED ? first : first + " and " + (names.size() - NODES_NAMED) + " more";
    }

    private record Reason(boolean holds, String reason, String message) {
        StatusCondition condition(String type, long generation, Instant now) {
            return StatusCondition.of(
                    type, holds ? StatusCondition.TRUE : StatusCondition.FALSE, reason, message, generation, now);
        }
    }
}
