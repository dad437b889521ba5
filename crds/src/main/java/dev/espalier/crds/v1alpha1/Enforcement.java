package dev.espalier.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What happens to protected traffic while its peer is not ready. */
public enum Enforcement {
    /** Nothing leaves in clear. */
    @JsonProperty("Strict")
    STRICT,
    /** For roll-outs: a peer that is not ready yet may be reached in clear. */
    @JsonProperty("Permissive")
    PERMISSIVE
}
