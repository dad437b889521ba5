package dev.espalier.agent.cni;

/** Whether this node can take pods, as CNI STATUS and ADD see it (CNI-10, CNI-12). */
public sealed interface Readiness {
    /** Data path, routes and identity are in place. */
    record Ready() implements Readiness {}

    /**
     * Not now.
     *
     * @param reason for people, such as {@code no certificate yet}
     * @param existingPodsSuffer whether pods that are there already have no or limited connectivity as well (code 51 instead of 50)
     */
    record NotReady(String reason, boolean existingPodsSuffer) implements Readiness {}
}
