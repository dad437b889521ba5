package dev.espalier.operator.pki;

import dev.espalier.crds.v1alpha1.RollStage;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What is to be done about the CA now: a function of what is stored and what the nodes have reported. A step is taken when every node that
 * holds a certificate which is good now has reported the step before. A node whose certificates are all over is not waited for: it cannot
 * prove who it is to anyone, has to ask for a certificate when it comes back, and gets the newest anchors before that.
 *
 * @param stage as people see it, before {@code step}
 * @param nodes how many nodes have to follow
 * @param missing those of them that have not; by name
 */
record CaRollPlan(RollStage stage, Step step, int nodes, List<String> missing) {
    CaRollPlan {
        missing = missing.stream().sorted().toList();
    }

    /** What to do with the stored state. */
    enum Step {
        STAY,
        /** Make the next CA and have it trusted. */
        INTRODUCE,
        /** Sign by the next CA from now on. */
        USE_NEXT,
        /** Have the previous CA trusted no more. */
        DROP_PREVIOUS
    }

    private static final NodeTrust UNKNOWN = new NodeTrust(List.of(), "");

    /**
     * What is stored of the CA, by fingerprints.
     *
     * @param due whether the present CA is to be replaced
     */
    record Authorities(String current, Optional<String> next, Optional<String> previous, boolean due) {
        static Authorities of(CaState state, boolean due) {
            return new Authorities(
                    Fingerprint.of(state.current().certificate()),
                    state.next().map(next -> Fingerprint.of(next.certificate())),
                    state.previous().map(Fingerprint::of),
                    due);
        }
    }

    /**
     * @param holders names of the nodes that hold a certificate which is good now
     * @param reports by node name; a node that is not there has reported nothing
     */
    static CaRollPlan of(Authorities authorities, Collection<String> holders, Map<String, NodeTrust> reports) {
        if (authorities.next().isPresent()) {
            String next = authorities.next().get();
            List<String> missing =
                    missing(holders, reports, trust -> trust.anchors().contains(next));
            return new CaRollPlan(
                    RollStage.TRUST_NEW, missing.isEmpty() ? Step.USE_NEXT : Step.STAY, holders.size(), missing);
        }
        String current = authorities.current();
        if (authorities.previous().isPresent()) {
            List<String> missing =
                    missing(holders, reports, trust -> trust.issuer().equals(current));
            return new CaRollPlan(
                    RollStage.USE_NEW, missing.isEmpty() ? Step.DROP_PREVIOUS : Step.STAY, holders.size(), missing);
        }
        List<String> missing =
                missing(holders, reports, trust -> trust.anchors().stream().allMatch(current::equals));
        if (!missing.isEmpty()) {
            return new CaRollPlan(RollStage.DROP_OLD, Step.STAY, holders.size(), missing);
        }
        return new CaRollPlan(
                RollStage.SETTLED, authorities.due() ? Step.INTRODUCE : Step.STAY, holders.size(), missing);
    }

    private static List<String> missing(
            Collection<String> holders, Map<String, NodeTrust> reports, Predicate<NodeTrust> follows) {
        return holders.stream()
                .filter(node -> !follows.test(reports.getOrDefault(node, UNKNOWN)))
                .toList();
    }
}
