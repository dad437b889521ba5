package dev.espalier.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Our agent on both nodes, standalone from a folder: IKE, policy, replay protection and all. */
final class Espalier implements Candidate {
    private final String name;
    private final Map<String, String> settings;
    private final @Nullable Path root;
    private final Path project;
    private final Path state;
    private final Path pki;
    private final List<Process> daemons = new ArrayList<>();

    /**
     * @param name as the table names it
     * @param settings of the agent, such as {@code ESPALIER_CRYPTO}
     * @param root tree of another distribution to run in, with this machine's JDK and project bound into it; null for this machine's own
     * @param project the source tree
     * @param state folder for the run folders and logs
     * @param pki folder with {@code ca.crt} and certificates {@code alpha} and {@code beta}
     */
    Espalier(String name, Map<String, String> settings, @Nullable Path root, Path project, Path state, Path pki) {
        this.name = name;
        this.settings = settings;
        this.root = root;
        this.project = project;
        this.state = state;
        this.pki = pki;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void start(Topology topology) throws IOException {
        Path source = Files.createDirectories(state.resolve("source"));
        Files.writeString(source.resolve("nodes.yaml"), node("alpha", "a") + "---\n" + node("beta", "b"));
        Files.writeString(source.resolve("policy.yaml"), """
                apiVersion: ipsec.espalier.dev/v1alpha1
                kind: IPSecPolicy
                metadata: {name: all}
                spec: {action: Protect, esp: {proposals: [aes128gcm16]}}
                """);
        for (String side : List.of("a", "b")) {
            String node = side.equals("a") ? "alpha" : "beta";
            Path identity = Files.createDirectories(state.resolve("identity-" + side));
            copy(pki.resolve(node + ".crt"), identity.resolve("tls.crt"));
            copy(pki.resolve(node + ".key"), identity.resolve("tls.key"));
            copy(pki.resolve("ca.crt"), identity.resolve("ca.crt"));
            ProcessBuilder builder = new ProcessBuilder(Shell.in(topology.node(side), command()));
            builder.environment().putAll(settings);
            builder.environment()
                    .putAll(Map.of(
                            "ESPALIER_NODE_NAME", node,
                            "ESPALIER_SOURCE", "file:" + source,
                            "ESPALIER_IDENTITY_DIR", identity.toString(),
                            "ESPALIER_RUN_DIR", state.resolve("run-" + side).toString(),
                            "ESPALIER_MTU", Integer.toString(Topology.INNER_MTU)));
            daemons.add(builder.redirectErrorStream(true)
                    .redirectOutput(state.resolve(side + ".log").toFile())
                    .start());
        }
    }

    private List<String> command() {
        String launcher = project.resolve("node-agent/bin/espalier-agent").toString();
        if (root == null) {
            return List.of(launcher, "run");
        }
        return List.of(project.resolve("e2e/bench/in-root").toString(), root.toString(), launcher, "run");
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.copy(from, to, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    private static String node(String name, String side) {
        return """
                apiVersion: v1
                kind: Node
                metadata: {name: %s}
                spec: {podCIDRs: [%s]}
                status: {addresses: [{type: InternalIP, address: %s}]}
                """.formatted(name, Topology.podNetwork(side), Topology.nodeAddress(side));
    }

    @Override
    public List<Process> daemons() {
        return daemons;
    }

    @Override
    public String version() throws IOException {
        // The agent says at start which implementation carries ESP.
        return Files.readAllLines(state.resolve("a.log")).stream()
                .filter(line -> line.contains("ESP by "))
                .map(line -> line.substring(line.indexOf("ESP by ") + "ESP by ".length()))
                .findFirst()
                .orElse("unknown");
    }

    @Override
    public void close() {
        daemons.forEach(Shell::end);
    }
}
