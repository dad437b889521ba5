package dev.espalier.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Where an agent stands with one peer. */
public enum PeerState {
    /** There are an IKE SA and a pair of ESP SAs. */
    @JsonProperty("Established")
    ESTABLISHED,
    /** An exchange is under way. */
    @JsonProperty("Connecting")
    CONNECTING,
    /** Nothing is there and nothing under way. */
    @JsonProperty("Down")
    DOWN
}
