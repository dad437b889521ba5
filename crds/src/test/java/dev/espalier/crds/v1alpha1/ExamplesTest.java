package dev.espalier.crds.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.espalier.crds.policy.PeerValidation;
import dev.espalier.crds.policy.PolicySet;
import dev.espalier.crds.policy.PolicyVerdict;
import dev.espalier.crds.policy.StrictReading;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code deploy/examples} shows is taken by this version. */
class ExamplesTest {
    private static final Path EXAMPLES =
            Path.of(System.getProperty("espalier.root", "..")).resolve("deploy/examples");
    private static final ObjectMapper YAML = StrictReading.of(new ObjectMapper(new YAMLFactory()));

    @ParameterizedTest
    @ValueSource(strings = {"ipsecpolicy-default.yaml", "ipsecpolicy-full.yaml"})
    void policiesAreAcceptedAndMeanTheDefaults(String file) throws IOException {
        IPSecPolicy policy = YAML.readValue(EXAMPLES.resolve(file).toFile(), IPSecPolicy.class);

        assertThat(policy.getSpec()).isEqualTo(IPSecPolicySpec.DEFAULT);
        assertThat(PolicySet.verdict(policy)).isInstanceOf(PolicyVerdict.Accepted.class);
    }

    @Test
    void peersAreAccepted() throws IOException {
        IPSecPeer peer = YAML.readValue(EXAMPLES.resolve("ipsecpeer.yaml").toFile(), IPSecPeer.class);

        assertThat(PeerValidation.validate(peer.getSpec())).isEmpty();
    }
}
