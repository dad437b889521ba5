package dev.espalier.crds.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.crds.v1alpha1.IPSecPeerSpec;
import dev.espalier.crds.v1alpha1.IPSecPeerSpec.Authentication;
import dev.espalier.crds.v1alpha1.IPSecPeerSpec.AuthenticationMethod;
import dev.espalier.crds.v1alpha1.IPSecPeerSpec.LocalAuthentication;
import dev.espalier.crds.v1alpha1.IPSecPeerSpec.RemoteAuthentication;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerValidationTest {
    private static final String CA = "-----BEGIN CERTIFICATE-----\n";
    private static final String CRL = "-----BEGIN X509 CRL-----\n";

    @Test
    void acceptsAddressesAndNetworksOfBothFamilies() {
        assertThat(PeerValidation.validate(new IPSecPeerSpec(
                        List.of("192.0.2.1", "2001:db8::1"),
                        "gw.example",
                        List.of("10.9.0.0/16", "fd00:9::/48", "0.0.0.0/0"),
                        Authentication.DEFAULT)))
                .isEmpty();
    }

    @Test
    void acceptsEveryPairOfMethods() {
        assertThat(findings(
                        new LocalAuthentication(AuthenticationMethod.PRESHARED_KEY, "branch", "198.51.100.1"),
                        new RemoteAuthentication(AuthenticationMethod.CERTIFICATE, CA, CRL, null)))
                .isEmpty();
        assertThat(findings(
                        new LocalAuthentication(AuthenticationMethod.CERTIFICATE, "branch-tls", null),
                        new RemoteAuthentication(AuthenticationMethod.PRESHARED_KEY, null, null, "branch")))
                .isEmpty();
    }

    @Test
    void refusesWhatIsMissingOrDoesNotBelongToTheMethod() {
        assertThat(findings(
                        new LocalAuthentication(AuthenticationMethod.PRESHARED_KEY, null, null),
                        new RemoteAuthentication(AuthenticationMethod.PRESHARED_KEY, CA, null, null)))
                .containsExactly(
                        "spec.authentication.local.secretName: PresharedKey needs a Secret that holds psk",
                        "spec.authentication.remote.secretName: PresharedKey needs a Secret that holds psk",
                        "spec.authentication.remote.caCertificates: caCertificates and revocationLists are for Certificate only");
        assertThat(findings(
                        LocalAuthentication.DEFAULT,
                        new RemoteAuthentication(AuthenticationMethod.CERTIFICATE, null, CA, "branch")))
                .containsExactly(
                        "spec.authentication.remote.secretName: is for PresharedKey only",
                        "spec.authentication.remote.revocationLists: needs caCertificates; certificates of the cluster's CA are"
                                + " revoked by deleting their node",
                        "spec.authentication.remote.revocationLists: holds no PEM block 'X509 CRL'");
    }

    private static List<String> findings(LocalAuthentication local, RemoteAuthentication remote) {
        return PeerValidation.validate(new IPSecPeerSpec(
                        List.of("192.0.2.1"), "gw", List.of("10.9.0.0/16"), new Authentication(local, remote)))
                .stream()
                .map(Finding::toString)
                .toList();
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
