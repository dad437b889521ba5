package dev.espalier.lab.cli;

import dev.espalier.lab.LabPaths;
import dev.espalier.lab.cluster.LabCluster;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "get", description = "kubectl get.")
final class GetCommand implements Callable<Integer> {
    @Parameters(paramLabel = "KIND", arity = "1..*")
    List<String> what = List.of();

    @Option(names = "-o", paramLabel = "FORMAT")
    @Nullable
    String output;

    @Override
    public Integer call() {
        try (LabCluster cluster = LabCluster.open(LabPaths.fromEnvironment())) {
            List<String> arguments = new ArrayList<>(List.of("get"));
            arguments.addAll(what);
            if (output != null) {
                arguments.addAll(List.of("-o", output));
            }
            return cluster.kubectlInteractive(arguments);
        }
    }
}
