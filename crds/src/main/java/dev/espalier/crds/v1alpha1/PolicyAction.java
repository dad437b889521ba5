package dev.espalier.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** RFC 4301 4.4.1. */
public enum PolicyAction {
    @JsonProperty("Protect")
    PROTECT,
    @JsonProperty("Bypass")
    BYPASS,
    @JsonProperty("Discard")
    DISCARD
}
