package dev.espalier.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Written by the node's own agent alone.
 *
 * <p>Empty lists and maps are left out: server-side apply of API servers of 1.20 makes null of them and then refuses the null.
 *
 * @param observedGeneration of the IPSecNode's spec
 * @param appliedPolicyHash {@code PolicySet.contentHash()} of the policies that the packet path goes by
 * @param appliedPolicies the generation of each of them
 * @param peers while there are at most 64, a row for each; beyond that only rows of peers that are not up, at most 64
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record IPSecNodeStatus(
        @JsonPropertyDescription("Generation of the spec that the agent goes by.") @Nullable
        Long observedGeneration,

        @JsonPropertyDescription("Content hash of the policies in force on this node.") @Size(max = 64) @Nullable
        String appliedPolicyHash,

        @JsonPropertyDescription("The generation of each policy in force on this node.") @Size(max = 1024)
        List<AppliedPolicy> appliedPolicies,

        @JsonPropertyDescription("Ready and others.") @Size(max = 16)
        List<StatusCondition> conditions,

        @Size(max = 64) @Nullable String agentVersion,
        @Nullable CertificateStatus certificate,
        @Nullable Totals totals,

        @JsonPropertyDescription("A row per peer while there are at most 64; beyond that only those that are not up.")
        @Size(max = 64)
        List<PeerStatus> peers) {
    public static final String READY = "Ready";

    /** Most rows of {@link #peers}. */
    public static final int MAX_PEER_ROWS = 64;

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public IPSecNodeStatus {
        appliedPolicies = appliedPolicies == null ? List.of() : List.copyOf(appliedPolicies);
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
        peers = peers == null ? List.of() : List.copyOf(peers);
    }

    /** @param generation of the policy's spec that is in force on the node; an older one than the newest when that is refused */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record AppliedPolicy(
            @Required @Size(max = 253) String name,
            @Required long generation) {}

    /**
     * @param serial lower-case hexadecimal without leading zeros
     * @param notAfter RFC 3339, UTC
     * @param issuerFingerprint of the trust anchor that the certificate leads to, as in {@code trustAnchors}
     * @param trustAnchors fingerprints (SHA-256 over the DER, lower-case hexadecimal) of the roots that peers are accepted under, in
     *     order; a CA roll waits for what stands here
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record CertificateStatus(
            @Size(max = 40) @Nullable String serial,
            @Size(max = 40) @Nullable String notAfter,
            @Size(max = 64) @Nullable String issuerFingerprint,

            @JsonPropertyDescription("SHA-256 of the roots under which this node accepts peers.") @Size(max = 8)
            List<@Size(max = 64) String> trustAnchors) {
        @SuppressWarnings("NullAway") // Jackson passes null for what is absent
        public CertificateStatus {
            trustAnchors = trustAnchors == null ? List.of() : List.copyOf(trustAnchors);
        }
    }

    /** @param drops by reason, as in the metric {@code espalier_drops_total}; only those that are not zero */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Totals(
            @Min(0) int peers,
            @Min(0) int established,
            @Min(0) int childSas,
            @Min(0) long rekeys,
            Map<String, Long> drops) {
        @SuppressWarnings("NullAway") // Jackson passes null for what is absent
        public Totals {
            drops = drops == null ? Map.of() : Map.copyOf(drops);
        }
    }

    /**
     * @param state {@code Established}, {@code Connecting} or {@code Down}
     * @param suite of the IKE SA, as strongSwan spells it
     * @param establishedAt RFC 3339, UTC
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record PeerStatus(
            @Required @Size(max = 253) String name,
            @Required PeerState state,
            @Size(max = 256) @Nullable String suite,
            @Nullable Boolean postQuantum,
            @Size(max = 40) @Nullable String establishedAt,
            @Min(0) @Nullable Long rekeys,
            @Size(max = 1024) @Nullable String lastError,
            @Size(max = 16) List<ChildStatus> children) {
        @SuppressWarnings("NullAway") // Jackson passes null for what is absent
        public PeerStatus {
            children = children == null ? List.of() : List.copyOf(children);
        }
    }

    /** @param spiIn eight hexadecimal digits; with {@code spiOut} it names the pair of SAs */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ChildStatus(
            @Size(max = 8) @Nullable String spiIn,
            @Size(max = 8) @Nullable String spiOut,
            @Size(max = 256) @Nullable String suite) {}
}
