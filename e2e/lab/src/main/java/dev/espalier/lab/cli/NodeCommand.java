package dev.espalier.lab.cli;

import dev.espalier.lab.LabPaths;
import dev.espalier.lab.cluster.LabCluster;
import dev.espalier.lab.shell.Shell;
import dev.espalier.lab.topology.LabNode;
import dev.espalier.lab.topology.Topology;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "node", description = "Works on nodes.")
final class NodeCommand {
    @Command(
            name = "exec",
            description =
                    "Runs a command on a node: lab node exec N -- CMD ... The agent's verbs find their socket there.")
    int exec(
            @Parameters(index = "0", paramLabel = "N") String node,
            @Parameters(index = "1..*", arity = "1..*", paramLabel = "CMD") List<String> command) {
        try (LabCluster cluster = LabCluster.open(LabPaths.fromEnvironment())) {
            LabNode target = cluster.node(node);
            return Shell.interactive(
                    Topology.in(target.namespace(), command),
                    Map.of(
                            "ESPALIER_RUN_DIR",
                            cluster.paths().node(target.name()).resolve("run").toString()));
        }
    }
}
