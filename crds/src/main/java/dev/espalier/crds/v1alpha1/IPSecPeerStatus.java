package dev.espalier.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Written by the operator alone. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record IPSecPeerStatus(
        @Nullable Long observedGeneration, @Size(max = 16) List<StatusCondition> conditions) {
    public static final String ACCEPTED = "Accepted";

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public IPSecPeerStatus {
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
    }
}
