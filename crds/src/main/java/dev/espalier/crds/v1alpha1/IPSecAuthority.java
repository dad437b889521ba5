package dev.espalier.crds.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/**
 * The cluster's certificate authority as people see it; there is one, {@link #NAME}, which the operator makes. Whoever may change its
 * {@code spec} may have the CA rolled, and nothing more: keys and trust anchors are elsewhere.
 */
@Group(ApiGroup.NAME)
@Version(ApiGroup.VERSION)
@Kind("IPSecAuthority")
@Singular("ipsecauthority")
@Plural("ipsecauthorities")
@ShortNames("ipsa")
@AdditionalPrinterColumn(name = "Stage", jsonPath = ".status.stage", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Waiting",
        jsonPath = ".status.waitingFor",
        type = AdditionalPrinterColumn.Type.STRING,
        priority = 1)
@AdditionalPrinterColumn(
        name = "Ready",
        jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Expires", jsonPath = ".status.notAfter", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public class IPSecAuthority extends CustomResource<IPSecAuthoritySpec, IPSecAuthorityStatus> {
    /** Of the one object of this kind. */
    public static final String NAME = "cluster";

    @Override
    @SuppressWarnings("NullAway") // the supertype is not annotated; a spec has to be given
    protected IPSecAuthoritySpec initSpec() {
        return null;
    }

    @Override
    @SuppressWarnings("NullAway") // the supertype is not annotated; no status until the operator has written one
    protected IPSecAuthorityStatus initStatus() {
        return null;
    }
}
