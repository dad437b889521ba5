package dev.espalier.operator.policy;

import dev.espalier.crds.policy.Finding;
import dev.espalier.crds.v1alpha1.IPSecPeer;
import dev.espalier.crds.v1alpha1.IPSecPeerStatus;
import dev.espalier.crds.v1alpha1.StatusCondition;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** The status of a peer: condition {@code Accepted}, with reason {@code Accepted}, or {@code Invalid} naming the field. */
final class PeerStatusPlan {
    private PeerStatusPlan() {}

    static IPSecPeerStatus of(IPSecPeer peer, List<Finding> findings, Instant now) {
        long generation = Objects.requireNonNullElse(peer.getMetadata().getGeneration(), 0L);
        StatusCondition accepted = findings.isEmpty()
                ? StatusCondition.of(
                        IPSecPeerStatus.ACCEPTED,
                        StatusCondition.TRUE,
                        "Accepted",
                        "the specification is valid and supported",
                        generation,
                        now)
                : StatusCondition.of(
                        IPSecPeerStatus.ACCEPTED,
                        StatusCondition.FALSE,
                        Finding.Reason.INVALID.toString(),
                        findings.stream().map(Finding::toString).collect(Collectors.joining("; ")),
                        generation,
                        now);
        List<StatusCondition> stored =
                peer.getStatus() == null ? List.of() : peer.getStatus().conditions();
        return new IPSecPeerStatus(generation, List.of(accepted.following(stored)));
    }
}
