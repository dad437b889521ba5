package dev.espalier.bench;

import java.io.IOException;
import java.util.List;

/** The kernel's own forwarding over the underlay in clear: what the machine can do. */
final class NoTunnel implements Candidate {
    @Override
    public String name() {
        return "none";
    }

    @Override
    public void start(Topology topology) throws IOException {
        for (String side : List.of("a", "b")) {
            String other = Topology.other(side);
            Shell.run("ip -n " + topology.node(side) + " route add " + Topology.podNetwork(other) + " via "
                    + Topology.nodeAddress(other));
        }
    }

    @Override
    public List<Process> daemons() {
        return List.of();
    }

    @Override
    public String version() {
        return "Linux " + System.getProperty("os.version");
    }

    @Override
    public void close() {
        // Its routes go with the namespaces.
    }
}
