package dev.espalier.lab.cli;

import dev.espalier.lab.LabPaths;
import dev.espalier.lab.cluster.LabCluster;
import dev.espalier.lab.pods.Pods;
import dev.espalier.lab.shell.Shell;
import dev.espalier.lab.topology.Topology;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "exec", description = "Runs a command in a pod: lab exec POD -- CMD ...")
final class ExecCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "POD")
    String pod = "";

    @Parameters(index = "1..*", paramLabel = "CMD", arity = "1..*")
    List<String> command = List.of();

    @Override
    public Integer call() {
        try (LabCluster cluster = LabCluster.open(LabPaths.fromEnvironment())) {
            return Shell.interactive(Topology.in(new Pods(cluster).get(pod).networkNamespace(), command), Map.of());
        }
    }
}
