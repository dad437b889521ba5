package dev.espalier.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Where the replacement of the CA stands. */
public enum RollStage {
    /** No roll. */
    @JsonProperty("Settled")
    SETTLED("Settled"),
    /** The next CA is published as a trust anchor and signs nothing yet. */
    @JsonProperty("TrustNew")
    TRUST_NEW("TrustNew"),
    /** The new CA signs; the old one is still a trust anchor. */
    @JsonProperty("UseNew")
    USE_NEW("UseNew"),
    /** The old CA is published no more; some node still trusts it. */
    @JsonProperty("DropOld")
    DROP_OLD("DropOld");

    private final String text;

    RollStage(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
