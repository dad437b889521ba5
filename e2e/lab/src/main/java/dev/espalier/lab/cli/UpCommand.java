package dev.espalier.lab.cli;

import dev.espalier.lab.LabException;
import dev.espalier.lab.LabPaths;
import dev.espalier.lab.cluster.LabCluster;
import dev.espalier.lab.topology.Family;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "up", description = "Brings a lab up: API server, operator, and an agent on every node.")
final class UpCommand implements Callable<Integer> {
    @Option(names = "--nodes", defaultValue = "3", description = "1 to 20 (default: ${DEFAULT-VALUE})")
    int nodes;

    @Option(
            names = "--family",
            defaultValue = "ipv4",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    Family family = Family.IPV4;

    @Option(
            names = "--certificate-minutes",
            defaultValue = "60",
            description = "How long node certificates live (default: ${DEFAULT-VALUE})")
    int certificateMinutes;

    @Override
    public Integer call() {
        if (nodes < 1 || nodes > 20) {
            throw new LabException("--nodes " + nodes + " is not within 1..20");
        }
        LabCluster.up(
                        LabPaths.fromEnvironment(),
                        nodes,
                        family,
                        Duration.ofMinutes(certificateMinutes),
                        System.out::println)
                .close();
        System.out.println(
                "up. Next: e2e/lab/lab apply -f deploy/examples/ipsecpolicy-default.yaml; e2e/lab/lab pod add a --node 1; e2e/lab/lab status");
        return 0;
    }
}
