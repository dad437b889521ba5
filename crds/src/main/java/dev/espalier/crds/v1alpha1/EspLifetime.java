package dev.espalier.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Objects;

/**
 * Hard limits of an ESP SA; whichever comes first.
 *
 * @param bytes of protected packets, with a binary suffix or none; {@code "0"} for no limit
 * @param packets 0 for no limit beyond the sequence number space
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
        value = "duration(self.time) >= duration('10s') && duration(self.time) <= duration('24h')",
        message = "time must be from 10s to 24h",
        fieldPath = ".time")
public record EspLifetime(
        @JsonPropertyDescription("Time an SA may be used, such as 1h.")
        @Pattern(Patterns.DURATION)
        @Size(min = 2, max = 16)
        @Default("1h")
        String time,

        @JsonPropertyDescription("Octets an SA may protect, such as 64Gi; \"0\" for no limit.")
        @Pattern(Patterns.QUANTITY)
        @Size(min = 1, max = 20)
        @Default("64Gi")
        String bytes,

        @JsonPropertyDescription("Packets an SA may protect; 0 for no limit beyond the sequence number space.")
        @Min(0)
        @Max(4503599627370496L)
        @Default("1000000000")
        Long packets) {
    public static final EspLifetime DEFAULT = new EspLifetime("1h", "64Gi", 1_000_000_000L);

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public EspLifetime {
        time = Objects.requireNonNullElse(time, "1h");
        bytes = Objects.requireNonNullElse(bytes, "64Gi");
        packets = Objects.requireNonNullElse(packets, 1_000_000_000L);
    }
}
