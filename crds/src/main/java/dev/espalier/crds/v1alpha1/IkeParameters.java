package dev.espalier.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Objects;

/**
 * The IKE SA between two nodes.
 *
 * @param proposals as strongSwan spells them, preferred first
 * @param lifetime hard limit; rekeying starts earlier, with jitter
 * @param dpdInterval how long a peer that gets packets may be silent before it is asked for a sign of life
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
        value = "duration(self.lifetime) >= duration('30s') && duration(self.lifetime) <= duration('24h')",
        message = "lifetime must be from 30s to 24h",
        fieldPath = ".lifetime")
@ValidationRule(
        value = "duration(self.dpdInterval) >= duration('1s') && duration(self.dpdInterval) <= duration('1h')",
        message = "dpdInterval must be from 1s to 1h",
        fieldPath = ".dpdInterval")
public record IkeParameters(
        @JsonPropertyDescription("Proposals as strongSwan spells them, preferred first.")
        @Size(min = 1, max = 16)
        @Default("[\"aes256gcm16-prfsha384-x25519-ke1_mlkem768\",\"aes256gcm16-prfsha384-x25519\"]")
        List<@Pattern(Patterns.PROPOSAL) @Size(min = 1, max = 256) String> proposals,

        @JsonPropertyDescription("Hard limit of an IKE SA; rekeying starts earlier, with jitter.")
        @Pattern(Patterns.DURATION)
        @Size(min = 2, max = 16)
        @Default("4h")
        String lifetime,

        @JsonPropertyDescription(
                "How long a peer that gets packets may be silent before it is asked for a sign of life.")
        @Pattern(Patterns.DURATION)
        @Size(min = 2, max = 16)
        @Default("10s")
        String dpdInterval) {
    /** With ML-KEM-768 first (RFC 9370), and without for peers that don't know it. */
    private static final List<String> PROPOSALS =
            List.of("aes256gcm16-prfsha384-x25519-ke1_mlkem768", "aes256gcm16-prfsha384-x25519");

    public static final IkeParameters DEFAULT = new IkeParameters(PROPOSALS, "4h", "10s");

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public IkeParameters {
        proposals = proposals == null ? PROPOSALS : List.copyOf(proposals);
        lifetime = Objects.requireNonNullElse(lifetime, "4h");
        dpdInterval = Objects.requireNonNullElse(dpdInterval, "10s");
    }
}
