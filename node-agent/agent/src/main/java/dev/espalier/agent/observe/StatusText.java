package dev.espalier.agent.observe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.espalier.agent.observe.AgentStatus.ChildStatus;
import dev.espalier.agent.observe.AgentStatus.PeerStatus;
import java.util.Map;

/** Status as people and as programs read it. */
public final class StatusText {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private StatusText() {}

    public static String json(AgentStatus status) {
        try {
            return JSON.writeValueAsString(status) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("status does not serialise", e);
        }
    }

    public static String text(AgentStatus status) {
        StringBuilder text = new StringBuilder();
        text.append("node ").append(status.node()).append(status.ready() ? ", ready" : ", NOT ready");
        if (status.mtu() != 0) {
            text.append(", MTU ").append(status.mtu()).append(", plan ").append(status.planHash());
        }
        text.append("\nESP by ")
                .append(status.dataPath().cipher())
                .append("; offloads ")
                .append(status.dataPath().offloads())
                .append('\n');
        if (status.certificate() != null) {
            text.append("certificate ")
                    .append(status.certificate().serial())
                    .append(", valid until ")
                    .append(status.certificate().notAfter())
                    .append('\n');
        }
        if (!status.handover().isEmpty()) {
            text.append("handover: ").append(status.handover()).append('\n');
        }
        status.problems().forEach(p -> text.append("problem: ").append(p).append('\n'));
        for (AgentStatus.PolicyStatus policy : status.policies()) {
            text.append("policy ")
                    .append(policy.name())
                    .append(policy.accepted() ? ": in force" : ": refused, " + policy.message())
                    .append('\n');
        }
        status.peers().forEach(peer -> peer(text, peer));
        if (status.peers().isEmpty()) {
            text.append("no peers\n");
        }
        long dropped =
                status.drops().values().stream().mapToLong(Long::longValue).sum();
        text.append(dropped).append(" packets and messages dropped (espalier-agent drops)\n");
        return text.toString();
    }

    /** One line a reason, most frequent first. */
    public static String drops(Map<String, Long> drops) {
        if (drops.isEmpty()) {
            return "nothing was dropped\n";
        }
        StringBuilder text = new StringBuilder();
        drops.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .forEach(e -> text.append("%10d  %s%n".formatted(e.getValue(), e.getKey())));
        return text.toString();
    }

    private static void peer(StringBuilder text, PeerStatus peer) {
        text.append("peer ").append(peer.name()).append(": ").append(peer.ike().state());
        if (!peer.ike().suite().isEmpty()) {
            text.append(' ')
                    .append(peer.ike().suite())
                    .append(peer.ike().pq() ? " (post-quantum)" : "")
                    .append(", ")
                    .append(peer.ike().establishedSeconds())
                    .append(" s, ")
                    .append(peer.ike().rekeys())
                    .append(" rekeys");
        }
        text.append(peer.lastError() == null ? "\n" : "; last error: " + peer.lastError() + "\n");
        for (ChildStatus child : peer.children()) {
            text.append("  child ")
                    .append(child.spiIn())
                    .append('/')
                    .append(child.spiOut())
                    .append(' ')
                    .append(child.suite())
                    .append(": in ")
                    .append(child.packetsIn())
                    .append(" packets, ")
                    .append(child.bytesIn())
                    .append(" bytes; out ")
                    .append(child.packetsOut())
                    .append(" packets, ")
                    .append(child.bytesOut())
                    .append(" bytes\n");
        }
    }
}
