package dev.espalier.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** wireguard-go on both nodes. */
final class WireguardGo implements Candidate {
    private static final int PORT = 51820;

    private final Path binary;
    private final Path state;
    private final List<Process> daemons = new ArrayList<>();

    /**
     * @param binary the program
     * @param state folder for keys and logs
     */
    WireguardGo(Path binary, Path state) {
        this.binary = binary;
        this.state = state;
    }

    @Override
    public String name() {
        return "wireguard-go";
    }

    @Override
    public void start(Topology topology) throws IOException {
        Files.createDirectories(state);
        Map<String, String> publicKeys = new TreeMap<>();
        for (String side : List.of("a", "b")) {
            Files.writeString(state.resolve(side + ".key"), Shell.run("wg genkey"));
            publicKeys.put(
                    side,
                    Shell.run(List.of("sh", "-c", "wg pubkey <" + state.resolve(side + ".key")))
                            .strip());
        }
        for (String side : List.of("a", "b")) {
            String other = Topology.other(side);
            // Names of devices are names of control sockets, of which this machine has one folder.
            String device = "wgbench" + side;
            daemons.add(new ProcessBuilder(Shell.in(topology.node(side), List.of(binary.toString(), "-f", device)))
                    .redirectErrorStream(true)
                    .redirectOutput(state.resolve(side + ".log").toFile())
                    .start());
            Wait.until("the device " + device, 10, () -> exists(topology.node(side), device));
            Shell.runIn(
                    topology.node(side),
                    "wg set " + device + " private-key " + state.resolve(side + ".key") + " listen-port " + PORT
                            + " peer "
                            + publicKeys.get(other) + " endpoint " + Topology.nodeAddress(other) + ":" + PORT
                            + " allowed-ips " + Topology.podNetwork(other));
            Shell.run("ip -n " + topology.node(side) + " link set " + device + " mtu " + Topology.INNER_MTU + " up");
            Shell.run("ip -n " + topology.node(side) + " route add " + Topology.podNetwork(other) + " dev " + device);
        }
    }

    private static boolean exists(String namespace, String device) {
        try {
            Shell.run("ip -n " + namespace + " link show " + device);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public List<Process> daemons() {
        return daemons;
    }

    @Override
    public String version() throws IOException {
        return Shell.run(List.of(binary.toString(), "--version"))
                .lines()
                .findFirst()
                .orElse("unknown");
    }

    @Override
    public void close() {
        daemons.forEach(Shell::end);
    }
}
