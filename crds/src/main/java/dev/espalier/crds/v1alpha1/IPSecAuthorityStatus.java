package dev.espalier.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Written by the operator alone.
 *
 * @param stage where a roll stands
 * @param notAfter end of the CA that signs, RFC 3339, UTC
 * @param anchors what nodes are told to trust, the CA that signs first
 * @param nodes how many nodes hold a certificate that is good now, and so have to follow
 * @param followed how many of them have reported the present stage
 * @param waitingFor the first of the others, at most {@link #MAX_WAITING}
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record IPSecAuthorityStatus(
        @JsonPropertyDescription("Generation of the spec that this status is about.") @Nullable
        Long observedGeneration,

        @JsonPropertyDescription(
                "Settled: no roll. TrustNew: nodes learn to trust the next CA, which signs nothing yet. UseNew: the new CA"
                        + " signs, nodes ask for new certificates, the old one is still trusted. DropOld: nodes stop trusting the old one.")
        @Nullable
        RollStage stage,

        @JsonPropertyDescription("When the CA that signs ends.") @Size(max = 40) @Nullable
        String notAfter,

        @JsonPropertyDescription("What nodes are told to trust; the CA that signs comes first.") @Size(max = 8)
        List<Anchor> anchors,

        @JsonPropertyDescription("Nodes that hold a certificate which is good now.") @Min(0) @Nullable
        Integer nodes,

        @JsonPropertyDescription("Of these, nodes whose agent has reported the present stage.") @Min(0) @Nullable
        Integer followed,

        @JsonPropertyDescription("The first nodes whose agent has not.") @Size(max = 20)
        List<@Size(max = 253) String> waitingFor,

        @JsonPropertyDescription("Ready, Rolling, OwnStatusOnly and SchemaRules.") @Size(max = 16)
        List<StatusCondition> conditions) {
    /** There is a CA that can sign. */
    public static final String READY = "Ready";
    /** A roll is under way; the reason is its stage. */
    public static final String ROLLING = "Rolling";
    /** Whether the API server keeps agents from writing the status of other nodes (CSR-10), and by what. */
    public static final String OWN_STATUS_ONLY = "OwnStatusOnly";

    /** Whether the API server evaluates the schemas' rules when an object is written (from 1.25 on), or the operator after that. */
    public static final String SCHEMA_RULES = "SchemaRules";

    /** Most names in {@link #waitingFor}. */
    public static final int MAX_WAITING = 20;

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public IPSecAuthorityStatus {
        anchors = anchors == null ? List.of() : List.copyOf(anchors);
        waitingFor = waitingFor == null ? List.of() : List.copyOf(waitingFor);
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
    }

    /**
     * @param fingerprint SHA-256 over the certificate's DER, lower-case hexadecimal
     * @param role {@code Signs}, {@code Next} or {@code Previous}
     * @param notAfter RFC 3339, UTC
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Anchor(
            @Required @Size(max = 64) String fingerprint,
            @Required @Size(max = 16) String role,
            @Required @Size(max = 40) String notAfter) {}
}
