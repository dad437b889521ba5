package dev.espalier.agent.observe;

import dev.espalier.agent.observe.AgentStatus.PeerStatus;
import dev.espalier.agent.observe.AgentStatus.State;
import dev.espalier.crds.policy.PolicySet;
import dev.espalier.crds.v1alpha1.IPSecNodeStatus;
import dev.espalier.crds.v1alpha1.IPSecNodeStatus.CertificateStatus;
import dev.espalier.crds.v1alpha1.PeerState;
import dev.espalier.crds.v1alpha1.StatusCondition;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an agent writes into the status of its {@code IPSecNode}. Pure. */
public final class NodeStatusPlan {
    private static final int MAX_ERROR_CHARS = 1024;
    private static final int MAX_CHILDREN = 16;
    /** Between two looks, "established so many seconds ago" may differ by this much and mean the same moment. */
    private static final Duration SAME_MOMENT = Duration.ofSeconds(2);

    /**
     * What the status is made of.
     *
     * @param generation of the IPSecNode's spec that the agent goes by
     * @param notReady what is missing for Ready; empty when nothing is
     * @param rekeys of IKE and child SAs, since the agent started
     */
    public record Facts(
            long generation,
            String agentVersion,
            PolicySet policies,
            List<String> notReady,
            @Nullable CertificateStatus certificate,
            List<PeerStatus> peers,
            long rekeys,
            Map<String, Long> drops) {
        public Facts {
            notReady = List.copyOf(notReady);
            peers = List.copyOf(peers);
            drops = Map.copyOf(drops);
        }
    }

    private NodeStatusPlan() {}

    /** @param previous what stands there now, or null */
    public static IPSecNodeStatus of(Facts facts, @Nullable IPSecNodeStatus previous, Instant now) {
        StatusCondition ready = facts.notReady().isEmpty()
                ? StatusCondition.of(
                        IPSecNodeStatus.READY,
                        StatusCondition.TRUE,
                        "TunnelsPossible",
                        "a plan is in force, the tunnel device is open and there is an identity",
                        facts.generation(),
                        now)
                : StatusCondition.of(
                        IPSecNodeStatus.READY,
                        StatusCondition.FALSE,
                        "NotYet",
                        String.join("; ", facts.notReady()),
                        facts.generation(),
                        now);
        return new IPSecNodeStatus(
                facts.generation(),
                facts.policies().contentHash(),
                facts.policies().inForce().stream()
                        .map(p -> new IPSecNodeStatus.AppliedPolicy(p.name(), p.generation()))
                        .toList(),
                StatusCondition.following(previous == null ? null : previous.conditions(), List.of(ready)),
                facts.agentVersion(),
                facts.certificate(),
                totals(facts),
                rows(facts.peers(), previous, now));
    }

    /** Whether the two differ in more than counters, so that the newer one is worth writing soon. */
    public static boolean differ(IPSecNodeStatus a, IPSecNodeStatus b) {
        return !withoutCounters(a).equals(withoutCounters(b));
    }

    /** Whether the two differ in what others wait for: policies, trust and conditions, not peers and counters. */
    public static boolean acknowledgeOther(IPSecNodeStatus a, IPSecNodeStatus b) {
        return !acknowledgement(a).equals(acknowledgement(b));
    }

    private static IPSecNodeStatus acknowledgement(IPSecNodeStatus status) {
        return new IPSecNodeStatus(
                status.observedGeneration(),
                status.appliedPolicyHash(),
                status.appliedPolicies(),
                status.conditions(),
                status.agentVersion(),
                status.certificate(),
                null,
                List.of());
    }

    private static IPSecNodeStatus withoutCounters(IPSecNodeStatus status) {
        IPSecNodeStatus.Totals totals = status.totals();
        return new IPSecNodeStatus(
                status.observedGeneration(),
                status.appliedPolicyHash(),
                status.appliedPolicies(),
                status.conditions(),
                status.agentVersion(),
                status.certificate(),
                totals == null
                        ? null
                        : new IPSecNodeStatus.Totals(
                                totals.peers(), totals.established(), totals.childSas(), 0, Map.of()),
                status.peers());
    }

    private static IPSecNodeStatus.Totals totals(Facts facts) {
        Map<String, Long> drops = new HashMap<>(facts.drops());
        drops.values().removeIf(count -> count == 0);
        return new IPSecNodeStatus.Totals(
                facts.peers().size(),
                (int) facts.peers().stream()
                        .filter(p -> state(p) == PeerState.ESTABLISHED)
                        .count(),
                facts.peers().stream().mapToInt(p -> p.children().size()).sum(),
                facts.rekeys(),
                drops);
    }

    private static List<IPSecNodeStatus.PeerStatus> rows(
            List<PeerStatus> peers, @Nullable IPSecNodeStatus previous, Instant now) {
        boolean all = peers.size() <= IPSecNodeStatus.MAX_PEER_ROWS;
        return peers.stream()
                .filter(p -> all || state(p) != PeerState.ESTABLISHED)
                .limit(IPSecNodeStatus.MAX_PEER_ROWS)
                .map(p -> row(p, before(p.name(), previous), now))
                .toList();
    }

    private static IPSecNodeStatus.PeerStatus row(
            PeerStatus peer, IPSecNodeStatus.@Nullable PeerStatus before, Instant now) {
        boolean ike = peer.ike().state() == State.ESTABLISHED;
        String error = peer.lastError();
        return new IPSecNodeStatus.PeerStatus(
                peer.name(),
                state(peer),
                ike ? peer.ike().suite() : null,
                ike ? peer.ike().pq() : null,
                ike ? establishedAt(peer, before, now) : null,
                ike ? peer.ike().rekeys() : null,
                error == null || error.length() <= MAX_ERROR_CHARS ? error : error.substring(0, MAX_ERROR_CHARS),
                peer.children().stream()
                        .limit(MAX_CHILDREN)
                        .map(c -> new IPSecNodeStatus.ChildStatus(hex(c.spiIn()), hex(c.spiOut()), c.suite()))
                        .toList());
    }

    private static String establishedAt(PeerStatus peer, IPSecNodeStatus.@Nullable PeerStatus before, Instant now) {
        Instant moment = now.minusSeconds(peer.ike().establishedSeconds()).truncatedTo(ChronoUnit.SECONDS);
        String earlier = before == null ? null : before.establishedAt();
        if (earlier != null
                && Duration.between(Instant.parse(earlier), moment).abs().compareTo(SAME_MOMENT) <= 0) {
            return earlier;
        }
        return moment.toString();
    }

    private static IPSecNodeStatus.@Nullable PeerStatus before(String name, @Nullable IPSecNodeStatus previous) {
        return previous == null
                ? null
                : previous.peers().stream()
                        .filter(p -> p.name().equals(name))
                        .findFirst()
                        .orElse(null);
    }

    /** Established means that packets can flow: an IKE SA alone is not enough. */
    private static PeerState state(PeerStatus peer) {
        return switch (peer.ike().state()) {
            case ESTABLISHED -> peer.children().isEmpty() ? PeerState.CONNECTING : PeerState.ESTABLISHED;
            case CONNECTING -> PeerState.CONNECTING;
            case DOWN -> PeerState.DOWN;
        };
    }

    private static String hex(String spi) {
        return spi.startsWith("0x") ? spi.substring(2) : spi;
    }
}
