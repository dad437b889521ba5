package dev.espalier.lab.cli;

import dev.espalier.lab.LabException;
import dev.espalier.lab.LabPaths;
import dev.espalier.lab.demo.DemoRun;
import dev.espalier.lab.topology.Family;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "demo",
        description =
                "Brings a lab up, proves what Espalier promises, and takes it down. Exits with 0 only if all proofs hold.")
final class DemoCommand implements Callable<Integer> {
    @Option(names = "--nodes", defaultValue = "3", description = "2 to 20 (default: ${DEFAULT-VALUE})")
    int nodes;

    @Option(
            names = "--family",
            defaultValue = "ipv4",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    Family family = Family.IPV4;

    @Option(names = "--keep", description = "Leave the lab up afterwards.")
    boolean keep;

    @Option(names = "--json", paramLabel = "FILE", description = "Write proofs and figures there.")
    @Nullable
    Path json;

    @Override
    public Integer call() {
        if (nodes < 2 || nodes > 20) {
            throw new LabException("--nodes " + nodes + " is not within 2..20");
        }
        return DemoRun.run(LabPaths.fromEnvironment(), nodes, family, keep, json) ? 0 : 1;
    }
}
