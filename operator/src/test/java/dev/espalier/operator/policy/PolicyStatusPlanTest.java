package dev.espalier.operator.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.crds.v1alpha1.IPSecNode;
import dev.espalier.crds.v1alpha1.IPSecPolicy;
import dev.espalier.crds.v1alpha1.IPSecPolicyStatus;
import dev.espalier.operator.Golden;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("OPR-03")
class PolicyStatusPlanTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    static Stream<Golden> scenarios() throws IOException {
        return Golden.scenarios("policy");
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void statusFollowsFromPoliciesAndNodes(Golden scenario) throws IOException {
        scenario.assertOutput(
                PolicyStatusPlan.of(scenario.input(IPSecPolicy.class), scenario.input(IPSecNode.class), NOW));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void aStatusThatIsStoredComesOutTheSameLater(Golden scenario) throws IOException {
        List<IPSecPolicy> policies = scenario.input(IPSecPolicy.class);
        List<IPSecNode> nodes = scenario.input(IPSecNode.class);
        Map<String, IPSecPolicyStatus> first = PolicyStatusPlan.of(policies, nodes, NOW);
        policies.forEach(
                policy -> policy.setStatus(first.get(policy.getMetadata().getName())));

        assertThat(PolicyStatusPlan.of(policies, nodes, NOW.plusSeconds(3600))).isEqualTo(first);
    }
}
