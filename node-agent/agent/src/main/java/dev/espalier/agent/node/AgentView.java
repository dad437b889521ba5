package dev.espalier.agent.node;

import dev.espalier.agent.ike.IkeInbox;
import dev.espalier.agent.loop.DataPathStatistics;
import dev.espalier.agent.node.ControlThread.InForce;
import dev.espalier.agent.observe.AgentStatus;
import dev.espalier.agent.observe.AgentStatus.CertificateStatus;
import dev.espalier.agent.observe.AgentStatus.DataPathStatus;
import dev.espalier.agent.observe.AgentStatus.PeerStatus;
import dev.espalier.agent.observe.AgentStatus.PolicyStatus;
import dev.espalier.agent.observe.Drops;
import dev.espalier.agent.observe.PeerRows;
import dev.espalier.agent.observe.Problems;
import dev.espalier.agent.observe.RekeyCounts;
import dev.espalier.agent.reconcile.PacketFilter;
import dev.espalier.agent.sa.SaInstaller;
import dev.espalier.crds.policy.EffectivePolicy;
import dev.espalier.crds.policy.PolicySet;
import dev.espalier.ike.LocalCredentials;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What the agent says about itself, for status, metrics, health and the node's object. Thread-safe; asks the IKE loop where it has to. */
public final class AgentView {
    private static final long ENGINE_TIMEOUT_SECONDS = 5;

    private final String nodeName;
    private final String cipher;
    private final IkeInbox inbox;
    private final SaInstaller installer;
    private final DataPlane dataPlane;
    private final PacketFilter filter;
    private final ControlThread control;
    private final Drops drops;
    private final RekeyCounts rekeys;
    private final Handovers handovers;
    private final Problems problems;

    AgentView(
            String nodeName,
            String cipher,
            IkeInbox inbox,
            SaInstaller installer,
            DataPlane dataPlane,
            PacketFilter filter,
            ControlThread control,
            Drops drops,
            RekeyCounts rekeys,
            Handovers handovers,
            Problems problems) {
        this.nodeName = nodeName;
        this.cipher = cipher;
        this.inbox = inbox;
        this.installer = installer;
        this.dataPlane = dataPlane;
        this.filter = filter;
        this.control = control;
        this.drops = drops;
        this.rekeys = rekeys;
        this.handovers = handovers;
        this.problems = problems;
    }

    /** Everything. */
    public AgentStatus status() {
        InForce inForce = control.inForce();
        return new AgentStatus(
                nodeName,
                ready(),
                inForce == null ? 0 : inForce.mtu(),
                inForce == null ? "" : inForce.plan().hash(),
                new DataPathStatus(cipher, dataPlane.offloads().toString()),
                peers(),
                drops.snapshot(),
                handovers.last(),
                certificate(),
                inForce == null ? List.of() : policies(inForce.view().policies()),
                problems.all());
    }

    /** Whether protected traffic can flow as far as this node is concerned: a plan is in force, the device is up, there is an identity. */
    public boolean ready() {
        return notReady().isEmpty();
    }

    /** Whether packets go through the tunnel device at all. */
    boolean carries() {
        return dataPlane.isOpen();
    }

    /** What is missing for {@link #ready}. */
    public List<String> notReady() {
        List<String> missing = new ArrayList<>();
        if (control.inForce() == null) {
            missing.add("no plan is in force yet");
        }
        if (!dataPlane.isOpen()) {
            missing.add("the tunnel device is not open");
        }
        if (control.credentials() == null) {
            missing.add("no identity yet");
        }
        return missing;
    }

    /** Problems in the order of status. */
    public List<String> problems() {
        return problems.all();
    }

    /** A row for each peer, by name. */
    public List<PeerStatus> peers() {
        try {
            return PeerRows.of(
                    inbox.status().get(ENGINE_TIMEOUT_SECONDS, TimeUnit.SECONDS), installer.usage(), System.nanoTime());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking the IKE loop", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the IKE loop does not answer", e);
        }
    }

    /** Packets and messages dropped, by reason. */
    public Map<String, Long> drops() {
        return drops.snapshot();
    }

    /** Packets in clear between pods that got as far as an uplink; stopped there. */
    public long leakedPackets() {
        return filter.leaked();
    }

    public DataPathStatistics dataPath() {
        return dataPlane.statistics();
    }

    public RekeyCounts rekeys() {
        return rekeys;
    }

    public Handovers handovers() {
        return handovers;
    }

    /** The credentials in use, or null. */
    public @Nullable LocalCredentials credentials() {
        return control.credentials();
    }

    /** The policies that the packet path goes by; empty before the first plan. */
    public PolicySet policiesInForce() {
        InForce inForce = control.inForce();
        return inForce == null ? PolicySet.EMPTY : inForce.view().policies();
    }

    private @Nullable CertificateStatus certificate() {
        LocalCredentials credentials = control.credentials();
        return credentials == null
                ? null
                : new CertificateStatus(
                        credentials.serial(),
                        credentials.chain().getFirst().getNotAfter().toInstant().toString());
    }

    private static List<PolicyStatus> policies(PolicySet set) {
        List<PolicyStatus> rows = new ArrayList<>();
        for (EffectivePolicy policy : set.inForce()) {
            if (set.refused().stream().noneMatch(r -> r.name().equals(policy.name()))) {
                rows.add(new PolicyStatus(policy.name(), true, ""));
            }
        }
        for (PolicySet.Refusal refusal : set.refused()) {
            rows.add(new PolicyStatus(
                    refusal.name(),
                    false,
                    refusal.verdict().reason() + ": " + refusal.verdict().message()
                            + (refusal.inForce() == null ? "" : " (the last accepted one stays in force)")));
        }
        rows.sort(Comparator.comparing(PolicyStatus::name));
        return rows;
    }
}
