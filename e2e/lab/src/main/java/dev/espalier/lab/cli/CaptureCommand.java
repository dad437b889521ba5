package dev.espalier.lab.cli;

import dev.espalier.lab.LabPaths;
import dev.espalier.lab.capture.Capture;
import dev.espalier.lab.cluster.LabCluster;
import dev.espalier.lab.shell.Waiting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "capture", description = "Captures a node's underlay link and counts what is sealed and what is not.")
final class CaptureCommand implements Callable<Integer> {
    @Parameters(paramLabel = "N")
    String node = "";

    @Option(names = "--seconds", defaultValue = "5")
    int seconds;

    @Option(names = "--out", required = true, paramLabel = "FILE")
    Path out = Path.of("");

    @Override
    public Integer call() {
        try (LabCluster cluster = LabCluster.open(LabPaths.fromEnvironment())) {
            Capture capture = Capture.start(cluster.node(node), out);
            Waiting.pause(Duration.ofSeconds(seconds));
            capture.close();
            System.out.printf(
                    "%s: %d packets of UDP 4500, %d with a pod address in clear%n",
                    out, capture.count("udp port 4500"), capture.count(Capture.CLEAR));
        }
        return 0;
    }
}
