package dev.espalier.lab.cli;

import dev.espalier.lab.LabPaths;
import dev.espalier.lab.cluster.LabCluster;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

@Command(name = "kubectl", description = "The real kubectl against the lab's API.")
final class KubectlCommand implements Callable<Integer> {
    @Unmatched
    List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() {
        try (LabCluster cluster = LabCluster.open(LabPaths.fromEnvironment())) {
            return cluster.kubectlInteractive(arguments);
        }
    }
}
