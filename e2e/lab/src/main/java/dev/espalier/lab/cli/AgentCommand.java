package dev.espalier.lab.cli;

import dev.espalier.lab.LabPaths;
import dev.espalier.lab.cluster.LabCluster;
import dev.espalier.lab.topology.LabNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "agent",
        description =
                "Kills (SIGKILL), stops (SIGTERM), starts, restarts or upgrades (a new process takes over) a node's agent.")
final class AgentCommand implements Callable<Integer> {
    enum Action {
        KILL,
        STOP,
        START,
        RESTART,
        UPGRADE
    }

    @Parameters(index = "0", paramLabel = "kill|stop|start|restart|upgrade")
    Action action = Action.START;

    @Parameters(index = "1", paramLabel = "N")
    String node = "";

    @Override
    public Integer call() {
        try (LabCluster cluster = LabCluster.open(LabPaths.fromEnvironment())) {
            LabNode target = cluster.node(node);
            switch (action) {
                case KILL -> cluster.killAgent(target);
                case STOP -> cluster.stopAgent(target);
                case START -> start(cluster, target);
                case UPGRADE -> cluster.upgradeAgent(target);
                case RESTART -> {
                    cluster.stopAgent(target);
                    start(cluster, target);
                }
            }
        }
        return 0;
    }

    private static void start(LabCluster cluster, LabNode node) {
        cluster.startAgent(node);
        cluster.awaitAgent(node);
    }
}
