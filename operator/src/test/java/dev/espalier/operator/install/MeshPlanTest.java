package dev.espalier.operator.install;

import dev.espalier.crds.v1alpha1.IPSecNode;
import dev.espalier.operator.Golden;
import io.fabric8.kubernetes.api.model.Node;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("F-13")
class MeshPlanTest {
    static Stream<Golden> scenarios() throws IOException {
        return Golden.scenarios("mesh");
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void nodesBecomeIpsecNodes(Golden scenario) throws IOException {
        scenario.assertOutput(MeshPlan.of(scenario.input(Node.class), scenario.input(IPSecNode.class)));
    }
}
