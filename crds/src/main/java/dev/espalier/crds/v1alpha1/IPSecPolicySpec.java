package dev.espalier.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Objects;

/**
 * Components are never null: what is absent takes the default of the schema. A missing {@code action} is {@code Protect} and a
 * missing {@code enforcement} is {@code Strict}, so that no omission opens anything (OPR-01).
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
        value = "self.action == 'Protect' || self.enforcement == 'Strict'",
        message = "enforcement Permissive is for action Protect only")
public record IPSecPolicySpec(
        @JsonPropertyDescription("Higher wins; among equals the lexically smaller name wins.")
        @Min(-1000)
        @Max(1000)
        @Default("0")
        Integer priority,

        @JsonPropertyDescription("The pods this is about; traffic matches when either end matches. Empty: every pod.")
        @Default("{}")
        PolicySelector selector,

        @JsonPropertyDescription("Protect by IPsec, pass in clear, or drop (RFC 4301 4.4.1).") @Default("Protect")
        PolicyAction action,

        @JsonPropertyDescription(
                "Strict: nothing leaves in clear. Permissive: a peer that is not ready yet may be reached in clear.")
        @Default("Strict")
        Enforcement enforcement,

        @JsonPropertyDescription("Tunnel or Transport mode (RFC 4301 4.1).") @Default("Tunnel")
        IPSecMode mode,

        @JsonPropertyDescription("How ESP travels: in UDP 4500, as IP protocol 50, or by what NAT detection finds.")
        @Default("UDP")
        Encapsulation encapsulation,

        @JsonPropertyDescription("The IKE SA between two nodes.") @Default("{}")
        IkeParameters ike,

        @JsonPropertyDescription("The ESP SAs between two nodes.") @Default("{}")
        EspParameters esp) {
    /** What an empty {@code spec} means. */
    public static final IPSecPolicySpec DEFAULT = builder().build();

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public IPSecPolicySpec {
        priority = Objects.requireNonNullElse(priority, 0);
        selector = Objects.requireNonNullElse(selector, PolicySelector.EVERY_POD);
        action = Objects.requireNonNullElse(action, PolicyAction.PROTECT);
        enforcement = Objects.requireNonNullElse(enforcement, Enforcement.STRICT);
        mode = Objects.requireNonNullElse(mode, IPSecMode.TUNNEL);
        encapsulation = Objects.requireNonNullElse(encapsulation, Encapsulation.UDP);
        ike = Objects.requireNonNullElse(ike, IkeParameters.DEFAULT);
        esp = Objects.requireNonNullElse(esp, EspParameters.DEFAULT);
    }

    /** Starts from the defaults. */
    public static IPSecPolicySpecBuilder builder() {
        return new IPSecPolicySpecBuilder();
    }
}
