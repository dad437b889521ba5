package dev.espalier.crds.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** An end that is no node of the cluster: a host, a router, another cluster's gateway. */
@Group(ApiGroup.NAME)
@Version(ApiGroup.VERSION)
@Kind("IPSecPeer")
@Singular("ipsecpeer")
@Plural("ipsecpeers")
@ShortNames("ipspeer")
@AdditionalPrinterColumn(name = "Identity", jsonPath = ".spec.identity", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Addresses", jsonPath = ".spec.addresses", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "CIDRs", jsonPath = ".spec.cidrs", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Accepted",
        jsonPath = ".status.conditions[?(@.type==\"Accepted\")].status",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public class IPSecPeer extends CustomResource<IPSecPeerSpec, IPSecPeerStatus> {
    @Override
    @SuppressWarnings("NullAway") // the supertype is not annotated; a spec has to be given
    protected IPSecPeerSpec initSpec() {
        return null;
    }

    @Override
    @SuppressWarnings("NullAway") // the supertype is not annotated; no status until the operator has written one
    protected IPSecPeerStatus initStatus() {
        return null;
    }
}
