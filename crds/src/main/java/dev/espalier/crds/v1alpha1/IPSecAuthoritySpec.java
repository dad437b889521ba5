package dev.espalier.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted of the CA.
 *
 * @param issuedAfter RFC 3339, UTC; a CA made before this moment is replaced once the moment has come
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record IPSecAuthoritySpec(
        @JsonPropertyDescription(
                "A CA made before this time (UTC, such as 2026-11-24T10:00:00Z) is replaced by a new one in three stages,"
                        + " once the time has come. Setting it to now rolls the CA; leaving it as it is does nothing more.")
        @Pattern(Patterns.TIMESTAMP)
        @Size(max = 30)
        @Nullable
        String issuedAfter) {}
