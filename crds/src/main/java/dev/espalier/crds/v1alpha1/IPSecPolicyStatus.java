package dev.espalier.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Written by the operator alone.
 *
 * @param inForce the last generation that was accepted; what the cluster goes by while a newer one is refused
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record IPSecPolicyStatus(
        @JsonPropertyDescription("Generation of the spec that this status is about.") @Nullable
        Long observedGeneration,

        @JsonPropertyDescription("Accepted, Ready and Degraded.") @Size(max = 16)
        List<StatusCondition> conditions,

        @JsonPropertyDescription("How many nodes there are, have it applied, and carry traffic under it.") @Nullable
        NodeCounts nodes,

        @JsonPropertyDescription("One line for people.") @Size(max = 4096) @Nullable
        String message,

        @JsonPropertyDescription("The last accepted spec: stays in force while a newer one is refused.") @Nullable
        PolicyInForce inForce) {
    public static final String ACCEPTED = "Accepted";
    public static final String READY = "Ready";
    public static final String DEGRADED = "Degraded";

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public IPSecPolicyStatus {
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
    }

    /**
     * @param total nodes of the cluster
     * @param applied of them, that reported the policies in force as applied
     * @param ready of them, that also have an established SA with each peer
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record NodeCounts(
            @Required int total,
            @Required int applied,
            @Required int ready) {}

    /** A spec and the generation of the object it came from. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record PolicyInForce(
            @Required long generation, @Required IPSecPolicySpec spec) {}
}
