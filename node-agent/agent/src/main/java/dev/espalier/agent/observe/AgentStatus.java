package dev.espalier.agent.observe;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code espalier-agent status -o json} prints; field names are relied on from outside.
 *
 * @param node this node's name
 * @param ready whether traffic of protected pods can flow: device up, plan applied, identity present
 * @param mtu the inner MTU, 0 before the device is up
 * @param planHash the content hash of the plan in force, empty before the first
 * @param dataPath what carries packets
 * @param drops packets and messages dropped so far, by reason
 * @param handover what became of the last handover between processes that this one took part in; empty when there was none
 * @param problems what keeps the agent from its goal right now, one line each
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AgentStatus(
        String node,
        boolean ready,
        int mtu,
        String planHash,
        DataPathStatus dataPath,
        List<PeerStatus> peers,
        Map<String, Long> drops,
        String handover,
        @Nullable CertificateStatus certificate,
        List<PolicyStatus> policies,
        List<String> problems) {
    public AgentStatus {
        peers = List.copyOf(peers);
        policies = List.copyOf(policies);
        problems = List.copyOf(problems);
    }

    /**
     * @param cipher the implementation of ESP's ciphers, with its version
     * @param offloads which of the kernel's means to handle many packets at once are in use: some of {@code tso,uso,gso,gro}, or {@code none}
     */
    public record DataPathStatus(String cipher, String offloads) {}

    /** @param lastError why the last attempt failed or the last SA ended; null once an SA stands */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record PeerStatus(
            String name,
            IkeStatus ike,
            List<ChildStatus> children,
            @Nullable String lastError) {
        public PeerStatus {
            children = List.copyOf(children);
        }
    }

    /**
     * @param suite as negotiated, empty without an SA
     * @param pq whether the key exchange holds against a quantum computer
     * @param establishedSeconds since this IKE SA, as rekeyed last, came to be; 0 without one
     * @param rekeys of the IKE SA since the peer was authenticated
     */
    public record IkeStatus(State state, String suite, boolean pq, long establishedSeconds, long rekeys) {}

    /** The IKE SA of a peer. */
    public enum State {
        /** None, and this end waits for the peer or for traffic. */
        DOWN,
        /** None yet, and this end is trying. */
        CONNECTING,
        ESTABLISHED
    }

    /** One pair of ESP SAs. SPIs are {@code 0x} and eight hex digits; counters are since installation. */
    public record ChildStatus(
            String spiIn, String spiOut, String suite, long packetsIn, long packetsOut, long bytesIn, long bytesOut) {}

    /**
     * @param serial lower-case hex
     * @param notAfter ISO 8601, UTC
     */
    public record CertificateStatus(String serial, String notAfter) {}

    /**
     * @param accepted whether this agent enforces the policy
     * @param message why not, naming the field; empty otherwise
     */
    public record PolicyStatus(String name, boolean accepted, String message) {}
}
