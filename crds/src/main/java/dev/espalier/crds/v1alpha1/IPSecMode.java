package dev.espalier.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** RFC 4301 4.1. */
public enum IPSecMode {
    @JsonProperty("Tunnel")
    TUNNEL,
    @JsonProperty("Transport")
    TRANSPORT
}
