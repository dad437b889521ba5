package dev.espalier.lab.cli;

import dev.espalier.lab.LabPaths;
import dev.espalier.lab.cluster.LabCluster;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "apply", description = "kubectl apply.")
final class ApplyCommand implements Callable<Integer> {
    @Option(
            names = "-f",
            required = true,
            paramLabel = "FILE",
            description = "A file, a folder, or - for standard input.")
    String file = "";

    @Override
    public Integer call() {
        try (LabCluster cluster = LabCluster.open(LabPaths.fromEnvironment())) {
            return cluster.kubectlInteractive(List.of("apply", "-f", file));
        }
    }
}
