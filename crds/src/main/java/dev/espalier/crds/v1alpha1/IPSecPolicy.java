package dev.espalier.crds.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** What is to happen to traffic of the selected pods: one entry of the cluster's security policy database (RFC 4301 4.4.1). */
@Group(ApiGroup.NAME)
@Version(ApiGroup.VERSION)
@Kind("IPSecPolicy")
@Singular("ipsecpolicy")
@Plural("ipsecpolicies")
@ShortNames("ipsp")
@AdditionalPrinterColumn(name = "Action", jsonPath = ".spec.action", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Priority", jsonPath = ".spec.priority", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
        name = "Accepted",
        jsonPath = ".status.conditions[?(@.type==\"Accepted\")].status",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Ready",
        jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Nodes", jsonPath = ".status.nodes.total", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
        name = "Applied",
        jsonPath = ".status.nodes.applied",
        type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
        name = "Message",
        jsonPath = ".status.message",
        type = AdditionalPrinterColumn.Type.STRING,
        priority = 1)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public class IPSecPolicy extends CustomResource<IPSecPolicySpec, IPSecPolicyStatus> {
    /** The default policy, as when {@code spec} is {@code {}}. */
    @Override
    protected IPSecPolicySpec initSpec() {
        return IPSecPolicySpec.DEFAULT;
    }

    @Override
    @SuppressWarnings("NullAway") // the supertype is not annotated; no status until the operator has written one
    protected IPSecPolicyStatus initStatus() {
        return null;
    }
}
