package dev.espalier.agent.policy;

import dev.espalier.esp.spd.SpdEntry;
import dev.espalier.ike.PeerConfig;
import java.util.List;

/**
 * All that this node has to do for a view of the cluster. Equal views give equal plans.
 *
 * @param peers whom to speak IKE with, by name
 * @param policy the data path's policy database; what it does not name is discarded
 * @param routes what the kernel is to have
 * @param outerV6 whether some peer may be reached over IPv6, whose longer header takes more of the MTU
 * @param problems what of the view could not be carried out, one line each; none of it weakens the rest
 */
public record NodePlan(
        List<PeerConfig> peers, List<SpdEntry> policy, RoutePlan routes, boolean outerV6, List<String> problems) {
    public static final NodePlan EMPTY = new NodePlan(List.of(), List.of(), RoutePlan.EMPTY, false, List.of());

    public NodePlan {
        peers = List.copyOf(peers);
        policy = List.copyOf(policy);
        problems = List.copyOf(problems);
    }

    /** SHA-256 over everything in the plan, 16 hex digits of it: the same on every run for the same plan. */
    public String hash() {
        return PlanText.hash(this);
    }
}
