package dev.espalier.crds.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.crds.v1alpha1.IPSecPeerSpec;
import dev.espalier.crds.v1alpha1.IPSecPeerSpec.Authentication;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerValidationTest {
    @Test
    void acceptsAddressesAndNetworksOfBothFamilies() {
        assertThat(PeerValidation.validate(new IPSecPeerSpec(
                        List.of("192.0.2.1", "2001:db8::1"),
                        "gw.example",
                        List.of("10.9.0.0/16", "fd00:9::/48", "0.0.0.0/0"),
                        Authentication.DEFAULT)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.9.0.1/16",
                "10.9.0.0",
                "10.9.0.0/33",
                "10.9/16",
                "fd00::/129",
                "fd00::%eth0/64",
                "10.9.0.0/016",
                ":/0"
            })
    void refusesWhatIsNoNetwork(String cidr) {
        assertThat(PeerValidation.validate(
                        new IPSecPeerSpec(List.of("192.0.2.1"), "gw", List.of(cidr), Authentication.DEFAULT)))
                .singleElement()
                .satisfies(finding ->
                        assertThat(finding.toString()).contains("spec.cidrs[0]").contains(cidr));
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2", "192.0.2.256", "gw.example", "::1::", "fe80::1%eth0", "3221225985"})
    void refusesWhatIsNoAddress(String address) {
        assertThat(PeerValidation.validate(
                        new IPSecPeerSpec(List.of(address), "gw", List.of("10.9.0.0/16"), Authentication.DEFAULT)))
                .singleElement()
                .satisfies(finding -> assertThat(finding.toString())
                        .contains("spec.addresses[0]")
                        .contains(address));
    }
}
