package dev.espalier.operator.uninstall;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import java.util.List;
import java.util.Objects;

/** What becomes of the agents' DaemonSet when Espalier is uninstalled, and when that is done. Pure. */
final class UninstallPlan {
    private static final String DONE = "/tmp/uninstalled";
    private static final List<String> COMMAND =
            List.of("/opt/espalier/node-agent/bin/espalier-agent", "uninstall", "--stay", DONE);

    private UninstallPlan() {}

    /**
     * The agents with one thing left to do: on every node at a time, take off what is Espalier's there, and be ready when nothing is left. A pod is only
     * replaced when the one before has ended, so that an agent and this never meet on a node.
     */
    static DaemonSet uninstalling(DaemonSet agents) {
        DaemonSet changed = new DaemonSetBuilder(agents)
                .editSpec()
                .withNewUpdateStrategy()
                .withType("RollingUpdate")
                .withNewRollingUpdate()
                .withMaxUnavailable(new IntOrString("100%"))
                .endRollingUpdate()
                .endUpdateStrategy()
                .endSpec()
                .build();
        Container container =
                changed.getSpec().getTemplate().getSpec().getContainers().getFirst();
        container.setCommand(COMMAND);
        container.setArgs(null);
        container.setStartupProbe(null);
        container.setLivenessProbe(null);
        container.setReadinessProbe(new ProbeBuilder()
                .withNewExec()
                .withCommand("test", "-e", DONE)
                .endExec()
                .withPeriodSeconds(1)
                .build());
        return changed;
    }

    /** How far it is. */
    record Progress(int nodes, int done) {
        boolean complete() {
            return done == nodes;
        }
    }

    /** Reads the progress off the DaemonSet's status; none done while its controller has not seen the change. */
    static Progress progress(DaemonSet agents) {
        DaemonSetStatus status = agents.getStatus();
        int nodes = Objects.requireNonNullElse(status.getDesiredNumberScheduled(), 0);
        boolean seen = Objects.requireNonNullElse(status.getObservedGeneration(), 0L)
                >= agents.getMetadata().getGeneration();
        int updated = Objects.requireNonNullElse(status.getUpdatedNumberScheduled(), 0);
        int ready = Objects.requireNonNullElse(status.getNumberReady(), 0);
        // Ready counts agents of before as well, until none of them is left.
        return new Progress(nodes, seen && updated == nodes ? ready : 0);
    }
}
