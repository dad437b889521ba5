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
 * A node of the mesh, named as its {@code Node}. The operator alone writes {@code spec}, which is what peers believe about the node's
 * addresses; the node's own agent alone writes {@code status} (CSR-10).
 */
@Group(ApiGroup.NAME)
@Version(ApiGroup.VERSION)
@Kind("IPSecNode")
@Singular("ipsecnode")
@Plural("ipsecnodes")
@ShortNames("ipsn")
@AdditionalPrinterColumn(
        name = "Ready",
        jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Peers", jsonPath = ".status.totals.peers", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
        name = "Established",
        jsonPath = ".status.totals.established",
        type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
        name = "Certificate",
        jsonPath = ".status.certificate.notAfter",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Addresses",
        jsonPath = ".spec.addresses",
        type = AdditionalPrinterColumn.Type.STRING,
        priority = 1)
@AdditionalPrinterColumn(
        name = "Pods",
        jsonPath = ".spec.podCIDRs",
        type = AdditionalPrinterColumn.Type.STRING,
        priority = 1)
@AdditionalPrinterColumn(
        name = "Policy",
        jsonPath = ".status.appliedPolicyHash",
        type = AdditionalPrinterColumn.Type.STRING,
        priority = 1)
@AdditionalPrinterColumn(
        name = "Version",
        jsonPath = ".status.agentVersion",
        type = AdditionalPrinterColumn.Type.STRING,
        priority = 1)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public class IPSecNode extends CustomResource<IPSecNodeSpec, IPSecNodeStatus> {
    @Override
    @SuppressWarnings("NullAway") // the supertype is not annotated; a spec has to be given
    protected IPSecNodeSpec initSpec() {
        return null;
    }

    @Override
    @SuppressWarnings("NullAway") // the supertype is not annotated; no status until the agent has written one
    protected IPSecNodeStatus initStatus() {
        return null;
    }
}
