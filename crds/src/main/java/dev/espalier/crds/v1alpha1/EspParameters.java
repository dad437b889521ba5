package dev.espalier.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Objects;

/**
 * The ESP SAs between two nodes.
 *
 * @param proposals as strongSwan spells them, preferred first; a key exchange in one means fresh key exchange at each rekey
 * @param lifetime hard limits of an SA
 * @param replayWindow packets that may arrive late (RFC 4303 3.4.3)
 * @param esn 64-bit sequence numbers (RFC 4303 2.2.1)
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
        value = "self.esn || self.lifetime.packets <= 4294967295",
        message = "without esn an SA cannot carry more than 4294967295 packets",
        fieldPath = ".lifetime.packets")
public record EspParameters(
        @JsonPropertyDescription(
                "Proposals as strongSwan spells them, preferred first; one that names a key exchange uses a fresh one at each rekey.")
        @Size(min = 1, max = 16)
        @Default("[\"aes256gcm16-x25519-ke1_mlkem768\",\"aes256gcm16-x25519\"]")
        List<@Pattern(Patterns.PROPOSAL) @Size(min = 1, max = 256) String> proposals,

        @JsonPropertyDescription("Hard limits of an SA; rekeying starts earlier, with jitter.") @Default("{}")
        EspLifetime lifetime,

        @JsonPropertyDescription("How many packets behind the newest one may still arrive (RFC 4303 3.4.3).")
        @Min(64)
        @Max(65536)
        @Default("8192")
        Integer replayWindow,

        @JsonPropertyDescription("64-bit sequence numbers (RFC 4303 2.2.1).") @Default("true")
        Boolean esn) {
    private static final List<String> PROPOSALS = List.of("aes256gcm16-x25519-ke1_mlkem768", "aes256gcm16-x25519");

    public static final EspParameters DEFAULT = new EspParameters(PROPOSALS, EspLifetime.DEFAULT, 8192, true);

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public EspParameters {
        proposals = proposals == null ? PROPOSALS : List.copyOf(proposals);
        lifetime = Objects.requireNonNullElse(lifetime, EspLifetime.DEFAULT);
        replayWindow = Objects.requireNonNullElse(replayWindow, 8192);
        esn = Objects.requireNonNullElse(esn, true);
    }
}
