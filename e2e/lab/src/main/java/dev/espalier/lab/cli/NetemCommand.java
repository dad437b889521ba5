package dev.espalier.lab.cli;

import dev.espalier.lab.LabException;
import dev.espalier.lab.LabPaths;
import dev.espalier.lab.cluster.LabCluster;
import dev.espalier.lab.topology.Impairment;
import dev.espalier.lab.topology.LabNode;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "netem", description = "Impairs a node's underlay link; without options, heals it.")
final class NetemCommand implements Callable<Integer> {
    @Parameters(paramLabel = "N")
    String node = "";

    @Option(names = "--loss", paramLabel = "PERCENT", description = "0 to 100, each direction")
    double loss;

    @Option(names = "--delay", paramLabel = "MS", description = "0 to 10000, each direction")
    int delayMillis;

    @Option(
            names = "--reorder",
            paramLabel = "PERCENT",
            description = "of packets that overtake those before them; needs --delay")
    double reorder;

    @Option(names = "--duplicate", paramLabel = "PERCENT")
    double duplicate;

    @Option(names = "--mtu", paramLabel = "OCTETS", description = "of the node's uplink, both ends (1280 to 1500)")
    @Nullable
    Integer mtu;

    @Override
    public Integer call() {
        if (loss < 0
                || loss > 100
                || reorder < 0
                || reorder > 100
                || duplicate < 0
                || duplicate > 100
                || delayMillis < 0
                || delayMillis > 10_000) {
            throw new LabException("a percentage is 0 to 100, a delay 0 to 10000 ms");
        }
        if (reorder > 0 && delayMillis == 0) {
            throw new LabException("--reorder needs --delay: only a packet that waits can be overtaken");
        }
        try (LabCluster cluster = LabCluster.open(LabPaths.fromEnvironment())) {
            LabNode target = cluster.node(node);
            cluster.impair(target, new Impairment(loss, delayMillis, reorder, duplicate, mtu == null ? 1500 : mtu));
        }
        return 0;
    }
}
