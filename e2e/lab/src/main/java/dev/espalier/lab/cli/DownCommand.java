package dev.espalier.lab.cli;

import dev.espalier.lab.LabPaths;
import dev.espalier.lab.cluster.LabCluster;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "down", description = "Takes the lab down and removes all it left on this machine.")
final class DownCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        LabCluster.down(LabPaths.fromEnvironment());
        return 0;
    }
}
