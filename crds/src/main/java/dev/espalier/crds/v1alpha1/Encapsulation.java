package dev.espalier.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How ESP travels between nodes. */
public enum Encapsulation {
    /** In UDP on port 4500 (RFC 3948), with or without a NAT in between. */
    @JsonProperty("UDP")
    UDP,
    /** As IP protocol 50. */
    @JsonProperty("ESP")
    ESP,
    /** In UDP where a NAT is detected, else as IP protocol 50. */
    @JsonProperty("Auto")
    AUTO
}
