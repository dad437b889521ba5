package dev.espalier.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/**
 * What peers may believe about a node.
 *
 * @param podCIDRs inner addresses that the node's identity may own (IKE-39)
 * @param addresses outer addresses, preferred first
 * @param extraAddresses further inner addresses or networks, for pods that have none of the pod CIDRs
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record IPSecNodeSpec(
        @JsonPropertyDescription("Name of the Node, and the IKE identity it has to prove.")
        @Required
        @Size(min = 1, max = 253)
        @Pattern(Patterns.OBJECT_NAME)
        String nodeName,

        @JsonPropertyDescription("Networks of the node's pods; at most one per address family.") @Size(max = 2)
        List<@Pattern(Patterns.CIDR) String> podCIDRs,

        @JsonPropertyDescription("Addresses of the node itself, where IKE and ESP reach it, preferred first.")
        @Size(max = 8)
        List<@Pattern(Patterns.ADDRESS) String> addresses,

        @JsonPropertyDescription("Further networks of the node's pods, when they are not in podCIDRs.")
        @Size(max = 1024)
        List<@Pattern(Patterns.CIDR) String> extraAddresses) {
    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public IPSecNodeSpec {
        podCIDRs = podCIDRs == null ? List.of() : List.copyOf(podCIDRs);
        addresses = addresses == null ? List.of() : List.copyOf(addresses);
        extraAddresses = extraAddresses == null ? List.of() : List.copyOf(extraAddresses);
    }
}
