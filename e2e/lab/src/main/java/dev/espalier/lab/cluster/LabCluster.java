package dev.espalier.lab.cluster;

import dev.espalier.lab.LabException;
import dev.espalier.lab.LabPaths;
import dev.espalier.lab.shell.Daemons;
import dev.espalier.lab.shell.Shell;
import dev.espalier.lab.shell.Waiting;
import dev.espalier.lab.topology.Family;
import dev.espalier.lab.topology.Impairment;
import dev.espalier.lab.topology.LabNode;
import dev.espalier.lab.topology.Topology;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Brings a cluster up and takes it down, and gives what runs in it. Runs in the control plane's namespace. */
public final class LabCluster implements AutoCloseable {
    private final LabPaths paths;
    private final Daemons daemons;
    private final ApiAccess api;
    private final LabFile file;
    private final KubernetesClient client;
    private final ClusterObjects objects;

    private LabCluster(LabPaths paths, LabFile file) {
        this.paths = paths;
        this.file = file;
        this.daemons = new Daemons(paths.state().resolve("daemons"));
        this.api = new ApiAccess(paths, daemons);
        this.client = api.client();
        this.objects = new ClusterObjects(client);
    }

    /** The lab that is up; throws when there is none. */
    public static LabCluster open(LabPaths paths) {
        return new LabCluster(paths, LabFile.read(paths));
    }

    public static boolean isUp(LabPaths paths) {
        return Files.exists(paths.labFile());
    }

    /**
     * Brings a lab up.
     *
     * @param certificateLifetime of node certificates; they renew at two thirds of it
     * @param progress told each step as it begins
     */
    public static LabCluster up(
            LabPaths paths, int nodes, Family family, Duration certificateLifetime, Consumer<String> progress) {
        if (isUp(paths)) {
            throw new LabException("a lab is up already: 'lab down' first");
        }
        new LabFile(family, IntStream.rangeClosed(1, nodes).boxed().toList()).write(paths);
        Daemons daemons = new Daemons(paths.state().resolve("daemons"));
        progress.accept("API server");
        String served = new ApiAccess(paths, daemons).start();
        progress.accept("API: " + served);
        LabCluster cluster = open(paths);
        cluster.applyManifests();
        progress.accept("operator");
        cluster.startOperator(certificateLifetime);
        for (LabNode node : cluster.nodes()) {
            Topology.createNode(node);
            cluster.objects.createNode(node);
            cluster.prepareNode(node);
        }
        progress.accept("agents on " + nodes + " nodes");
        cluster.nodes().forEach(cluster::startAgent);
        cluster.nodes().forEach(cluster::awaitAgent);
        return cluster;
    }

    /** Removes everything that a lab has left on this machine, up or half up. */
    public static void down(LabPaths paths) {
        Daemons daemons = new Daemons(paths.state().resolve("daemons"));
        if (isUp(paths)) {
            for (LabNode node : LabFile.read(paths).labNodes()) {
                daemons.kill(agentDaemon(node) + ".next");
                daemons.stop(agentDaemon(node));
                daemons.kill("relay-" + node.name());
            }
        }
        daemons.stop("operator");
        new ApiAccess(paths, daemons).stop();
        Topology.namespaces().forEach(Topology::remove);
        removeTree(paths.state());
    }

    public List<LabNode> nodes() {
        return file.labNodes();
    }

    public Family family() {
        return file.family();
    }

    public LabNode node(String name) {
        return nodes().stream()
                .filter(node -> node.name().equals(name) || name.equals(Integer.toString(node.index())))
                .findFirst()
                .orElseThrow(() -> new LabException("no node '" + name + "'; there are "
                        + nodes().stream().map(LabNode::name).toList()));
    }

    public LabPaths paths() {
        return paths;
    }

    public KubernetesClient client() {
        return client;
    }

    public Shell.Result kubectl(List<String> arguments, String input) {
        return api.kubectl(arguments, input);
    }

    public int kubectlInteractive(List<String> arguments) {
        List<String> command = new ArrayList<>(
                List.of("kubectl", "--kubeconfig", paths.adminKubeconfig().toString()));
        command.addAll(arguments);
        return Shell.interactive(command, Map.of());
    }

    public void createPodObject(
            String namespace, String name, LabNode node, Map<String, String> labels, List<String> addresses) {
        objects.createPod(namespace, name, node.name(), labels, addresses);
    }

    public void deletePodObject(String namespace, String name) {
        objects.deletePod(namespace, name);
    }

    /** Deletes the Node object and the agent's pod with it, as draining a node for good would; the agent's process keeps running. */
    public void deleteNodeObject(LabNode node) {
        objects.deleteNode(node.name());
    }

    public void startAgent(LabNode node) {
        startAgent(node, agentDaemon(node));
    }

    /** Starts a new agent beside the one that runs, as a DaemonSet with {@code maxSurge} does, and ends the old one when the new one is ready to take over. */
    public void upgradeAgent(LabNode node) {
        String next = agentDaemon(node) + ".next";
        startAgent(node, next);
        Path ready = readyFile(node, next);
        Waiting.until(
                "the new agent on " + node.name() + " stands by (log: " + daemons.log(next) + ")",
                Duration.ofSeconds(90),
                () -> Files.exists(ready));
        daemons.stop(agentDaemon(node));
        daemons.rename(next, agentDaemon(node));
        awaitAgent(node);
    }

    private Path readyFile(LabNode node, String daemon) {
        return paths.node(node.name()).resolve(daemon + ".ready");
    }

    private void startAgent(LabNode node, String daemon) {
        Path run = paths.node(node.name());
        Path ready = readyFile(node, daemon);
        try {
            Files.deleteIfExists(ready);
        } catch (IOException e) {
            throw new LabException(ready + ": " + e.getMessage(), e);
        }
        Map<String, String> environment = new java.util.HashMap<>();
        environment.put("ESPALIER_NODE_NAME", node.name());
        environment.put("ESPALIER_SOURCE", "kubernetes");
        environment.put("ESPALIER_RUN_DIR", run.resolve("run").toString());
        environment.put("ESPALIER_CLUSTER_CIDRS", String.join(",", Topology.CLUSTER_CIDRS));
        environment.put("KUBECONFIG", run.resolve("agent.kubeconfig").toString());
        environment.put("ESPALIER_READY_FILE", ready.toString());
        daemons.start(
                daemon,
                Topology.in(node.namespace(), List.of(paths.agentLauncher().toString(), "run")),
                environment);
    }

    public void awaitAgent(LabNode node) {
        Waiting.until(
                "the agent on " + node.name() + " is ready (log: " + agentLog(node) + ")",
                Duration.ofSeconds(90),
                () -> agentReady(node));
    }

    /** Whether the agent's readiness probe passes, asked as a kubelet would from the node. */
    public boolean agentReady(LabNode node) {
        return Shell.attempt(
                        Topology.in(
                                node.namespace(),
                                List.of(
                                        "curl",
                                        "-sf",
                                        "-m",
                                        "2",
                                        "-o",
                                        "/dev/null",
                                        "http://127.0.0.1:9464/q/health/ready")),
                        Map.of(),
                        "")
                .ok();
    }

    public boolean agentRunning(LabNode node) {
        return daemons.running(agentDaemon(node));
    }

    public void killAgent(LabNode node) {
        daemons.kill(agentDaemon(node));
    }

    public void stopAgent(LabNode node) {
        daemons.stop(agentDaemon(node));
    }

    public Path agentLog(LabNode node) {
        return daemons.log(agentDaemon(node));
    }

    public Path operatorLog() {
        return daemons.log("operator");
    }

    public boolean operatorRunning() {
        return daemons.running("operator");
    }

    /** Makes a node's link as bad as asked, or well again. */
    public void impair(LabNode node, Impairment impairment) {
        String daemon = "relay-" + node.name();
        daemons.kill(daemon);
        Topology.heal(node);
        Topology.mtu(node, impairment.mtu());
        if (!impairment.needsRelay()) {
            return;
        }
        List<String> command = new ArrayList<>(List.of(
                ApiAccess.javaLauncher(), "-XX:+UseSerialGC", "-Xmx256m", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), "dev.espalier.lab.topology.Relay", node.name()));
        command.addAll(List.of(
                Double.toString(impairment.lossPercent()),
                Integer.toString(impairment.delayMillis()),
                Double.toString(impairment.reorderPercent()),
                Double.toString(impairment.duplicatePercent())));
        daemons.start(daemon, command, Map.of());
        Waiting.until(
                "the relay of " + node.name() + " (log: " + daemons.log(daemon) + ")",
                Duration.ofSeconds(10),
                () -> Topology.linkExists(Topology.CONTROL_PLANE, "rxb-" + node.name()));
        Topology.divert(node);
    }

    /** Runs a control verb of the agent on {@code node}. */
    public Shell.Result agent(LabNode node, String... arguments) {
        List<String> command = new ArrayList<>(List.of(paths.agentLauncher().toString()));
        command.addAll(List.of(arguments));
        return Shell.attempt(
                Topology.in(node.namespace(), command),
                Map.of(
                        "ESPALIER_RUN_DIR",
                        paths.node(node.name()).resolve("run").toString()),
                "");
    }

    @Override
    public void close() {
        client.close();
    }

    private void applyManifests() {
        for (String folder : List.of("namespace.yaml", "crds", "rbac")) {
            Path path = paths.manifests().resolve(folder);
            api.apply(path);
        }
        Shell.Result established = api.kubectl(
                List.of(
                        "wait",
                        "--for=condition=Established",
                        "--timeout=30s",
                        "crd",
                        "ipsecpolicies.ipsec.espalier.dev",
                        "ipsecnodes.ipsec.espalier.dev",
                        "ipsecpeers.ipsec.espalier.dev",
                        "ipsecauthorities.ipsec.espalier.dev"),
                "");
        if (!established.ok()) {
            throw new LabException(
                    "the CRDs are not established: " + established.err().strip());
        }
    }

    private void startOperator(Duration certificateLifetime) {
        Path kubeconfig = api.kubeconfigFor(
                ClusterObjects.OPERATOR_ACCOUNT,
                objects.operatorToken(),
                paths.state().resolve("operator.kubeconfig"));
        Map<String, String> environment = Map.of(
                "KUBECONFIG",
                kubeconfig.toString(),
                "ESPALIER_CERTIFICATE_LIFETIME",
                certificateLifetime.toMinutes() + "m");
        daemons.start("operator", List.of(paths.operatorLauncher().toString()), environment);
    }

    /** What a kubelet and the image's init step would lay out: credentials, the CNI binary and its configuration. */
    private void prepareNode(LabNode node) {
        Path folder = paths.node(node.name());
        api.kubeconfigFor(node.name(), objects.agentToken(node), folder.resolve("agent.kubeconfig"));
        try {
            Path bin = Files.createDirectories(folder.resolve("cni/bin"));
            Path net = Files.createDirectories(folder.resolve("cni/net.d"));
            Files.createDirectories(folder.resolve("run"));
            Files.createSymbolicLink(bin.resolve("espalier"), paths.cniBinary());
            Files.writeString(net.resolve("10-espalier.conflist"), """
                    {"cniVersion": "1.1.0", "name": "espalier",
                     "plugins": [{"type": "espalier", "socket": "%s"}]}
                    """.formatted(folder.resolve("run/cni.sock")));
        } catch (IOException e) {
            throw new LabException("cannot prepare " + node.name() + ": " + e.getMessage(), e);
        }
    }

    private static String agentDaemon(LabNode node) {
        return "agent-" + node.name();
    }

    private static void removeTree(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(folder)) {
            tree.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (IOException | UncheckedIOException e) {
            throw new LabException("cannot remove " + folder + ": " + e.getMessage(), e);
        }
    }
}
