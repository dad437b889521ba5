package dev.espalier.operator.uninstall;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.operator.uninstall.UninstallPlan.Progress;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("CNI-14")
class UninstallPlanTest {
    @Test
    void theAgentsThatAreShippedBecomeWhatTakesThemOffAndKeepWhatItNeeds() throws IOException {
        DaemonSet agents = shipped();

        DaemonSet changed = UninstallPlan.uninstalling(agents);

        Container before =
                agents.getSpec().getTemplate().getSpec().getContainers().getFirst();
        Container after =
                changed.getSpec().getTemplate().getSpec().getContainers().getFirst();
        assertThat(after.getCommand()).containsSubsequence("uninstall", "--stay");
        assertThat(after.getReadinessProbe().getExec().getCommand())
                .contains(after.getCommand().getLast());
        assertThat(after.getLivenessProbe()).isNull();
        assertThat(after.getStartupProbe()).isNull();
        assertThat(after.getVolumeMounts()).isEqualTo(before.getVolumeMounts());
        assertThat(after.getEnv()).isEqualTo(before.getEnv());
        assertThat(changed.getSpec().getSelector()).isEqualTo(agents.getSpec().getSelector());
        assertThat(changed.getSpec()
                        .getUpdateStrategy()
                        .getRollingUpdate()
                        .getMaxUnavailable()
                        .getStrVal())
                .isEqualTo("100%");
    }

    @Test
    void agentsOfBeforeThatAreStillReadyAreNotTakenForDone() {
        assertThat(UninstallPlan.progress(status(1, 3, 0, 3))).isEqualTo(new Progress(3, 0));
        assertThat(UninstallPlan.progress(status(2, 3, 2, 3))).isEqualTo(new Progress(3, 0));
        assertThat(UninstallPlan.progress(status(2, 3, 3, 1)).complete()).isFalse();
        assertThat(UninstallPlan.progress(status(2, 3, 3, 3)).complete()).isTrue();
    }

    private static DaemonSet status(long observed, int nodes, int updated, int ready) {
        return new DaemonSetBuilder()
                .withNewMetadata()
                .withGeneration(2L)
                .endMetadata()
                .withNewStatus()
                .withObservedGeneration(observed)
                .withDesiredNumberScheduled(nodes)
                .withUpdatedNumberScheduled(updated)
                .withNumberReady(ready)
                .endStatus()
                .build();
    }

    private static DaemonSet shipped() throws IOException {
        Path manifests = Path.of(System.getProperty("espalier.root", "..")).resolve("deploy/manifests/espalier.yaml");
        try (InputStream in = Files.newInputStream(manifests)) {
            Object objects = new KubernetesSerialization().unmarshal(in);
            return ((Collection<?>) objects)
                    .stream()
                            .filter(DaemonSet.class::isInstance)
                            .map(DaemonSet.class::cast)
                            .findFirst()
                            .orElseThrow();
        }
    }
}
