package dev.espalier.e2e;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The cluster under test: its API, and its nodes as far as the settings say how to reach them. */
final class Cluster implements AutoCloseable {
    private static final Duration EXEC_LIMIT = Duration.ofSeconds(90);

    private final Settings settings;
    private final KubernetesClient client;

    Cluster(Settings settings) {
        this.settings = settings;
        Config config = Config.fromKubeconfig(settings.kubeconfig().toFile());
        config.setRequestTimeout(30_000);
        client = new KubernetesClientBuilder().withConfig(config).build();
    }

    KubernetesClient client() {
        return client;
    }

    Settings settings() {
        return settings;
    }

    /** All nodes by name. */
    List<Node> nodes() {
        return client.nodes().list().getItems().stream()
                .sorted(Comparator.comparing(node -> node.getMetadata().getName()))
                .toList();
    }

    /** Names of nodes that ordinary pods may run on. */
    List<String> workers() {
        return nodes().stream()
                .filter(node -> node.getSpec().getTaints().stream()
                        .noneMatch(taint -> taint.getKey().startsWith("node-role.kubernetes.io/")))
                .map(node -> node.getMetadata().getName())
                .toList();
    }

    /** Each node's own address. */
    Map<String, String> addresses() {
        Map<String, String> addresses = new LinkedHashMap<>();
        nodes().forEach(node -> addresses.put(node.getMetadata().getName(), address(node)));
        return addresses;
    }

    String address(String node) {
        return address(client.nodes().withName(node).require());
    }

    private static String address(Node node) {
        return node.getStatus().getAddresses().stream()
                .filter(address -> address.getType().equals("InternalIP"))
                .map(NodeAddress::getAddress)
                .findFirst()
                .orElseThrow(() -> new AssertionError(node.getMetadata().getName() + " has no address"));
    }

    /** Where pod addresses come from, of all nodes that have such CIDRs. */
    List<String> podCidrs() {
        return nodes().stream()
                .flatMap(node -> node.getSpec().getPodCIDRs().stream())
                .sorted()
                .toList();
    }

    /** Runs as root on a node; a failure throws. */
    String onNode(String node, String... command) {
        return Commands.run(settings.onNode(node, List.of(command)));
    }

    Commands.Result tryOnNode(String node, String... command) {
        return Commands.attempt(settings.onNode(node, List.of(command)));
    }

    /** Runs tcpdump, ping or curl in a node's network; a failure throws. */
    String inNetworkOf(String node, String... command) {
        return Commands.run(settings.inNetworkOf(node, List.of(command)));
    }

    Commands.Result tryInNetworkOf(String node, String... command) {
        return Commands.attempt(settings.inNetworkOf(node, List.of(command)));
    }

    /** Runs on a host beside the nodes; a failure throws. */
    String outside(String... command) {
        return Commands.run(settings.outside(List.of(command)));
    }

    Commands.Result tryOutside(String... command) {
        return Commands.attempt(settings.outside(List.of(command)));
    }

    /** Applies objects from YAML text; what is there already is replaced. */
    void apply(String yaml) {
        for (HasMetadata object : items(yaml)) {
            client.resource(object).createOr(existing -> existing.update());
        }
    }

    void delete(String yaml) {
        items(yaml).reversed().forEach(object -> client.resource(object).delete());
    }

    private List<HasMetadata> items(String yaml) {
        return client.load(new java.io.ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
                .items();
    }

    /** The running pods of an {@code app} label that are Ready and not about to end, in the order of their nodes. */
    List<Pod> pods(String namespace, String app) {
        return client.pods().inNamespace(namespace).withLabel("app", app).list().getItems().stream()
                .filter(Cluster::ready)
                .sorted(Comparator.comparing(pod -> pod.getSpec().getNodeName()))
                .toList();
    }

    /** The pods of an {@code app} label whose container runs, Ready or not, in the order of their nodes. */
    List<Pod> running(String namespace, String app) {
        return client.pods().inNamespace(namespace).withLabel("app", app).list().getItems().stream()
                .filter(pod -> pod.getStatus().getPodIP() != null
                        && pod.getStatus().getContainerStatuses().stream()
                                .anyMatch(status -> status.getState().getRunning() != null))
                .sorted(Comparator.comparing(pod -> pod.getSpec().getNodeName()))
                .toList();
    }

    static boolean ready(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() == null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(condition -> condition.getType().equals("Ready")
                                && condition.getStatus().equals("True"));
    }

    /** Waits until {@code count} pods of an {@code app} label are Ready. */
    List<Pod> awaitPods(String namespace, String app, int count, Duration limit) {
        Waiting.until(
                count + " pods of " + app + " are Ready",
                limit,
                () -> pods(namespace, app).size() == count,
                () -> states(namespace, app));
        return pods(namespace, app);
    }

    /** What the pods of a namespace are doing, for a person to read. */
    String states(String namespace) {
        return states(client.pods().inNamespace(namespace).list().getItems());
    }

    private String states(String namespace, String app) {
        return states(client.pods()
                .inNamespace(namespace)
                .withLabel("app", app)
                .list()
                .getItems());
    }

    private static String states(List<Pod> pods) {
        StringBuilder states = new StringBuilder();
        for (Pod pod : pods) {
            states.append(pod.getMetadata().getName())
                    .append(' ')
                    .append(pod.getStatus().getPhase())
                    .append(' ');
            pod.getStatus()
                    .getContainerStatuses()
                    .forEach(status -> states.append(status.getState()).append("; "));
        }
        return states.toString();
    }

    /** Runs in a pod; a failure throws with what it printed. */
    String exec(Pod pod, String... command) {
        Commands.Result result = tryExec(pod, command);
        if (!result.ok()) {
            throw new AssertionError(pod.getMetadata().getName() + ": '" + String.join(" ", command) + "' failed ("
                    + result.exit() + "): " + result.out().strip());
        }
        return result.out();
    }

    Commands.Result tryExec(Pod pod, String... command) {
        try (Running running = start(pod, command)) {
            return running.await(EXEC_LIMIT);
        }
    }

    /** Starts a command in a pod that goes on in the background. */
    Running start(Pod pod, String... command) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ExecWatch watch = client.pods()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getMetadata().getName())
                .writingOutput(out)
                .writingError(out)
                .exec(command);
        return new Running(watch, out, pod.getMetadata().getName() + ": " + String.join(" ", command));
    }

    /** A command in a pod. */
    record Running(ExecWatch watch, ByteArrayOutputStream output, String what) implements AutoCloseable {
        String soFar() {
            return output.toString(StandardCharsets.UTF_8);
        }

        /** Waits until it has printed {@code text}. */
        void awaitOutput(String text) {
            Waiting.until(
                    what + " prints '" + text + "'", Duration.ofSeconds(30), () -> soFar().contains(text), this::soFar);
        }

        Commands.Result await(Duration limit) {
            try {
                int code = watch.exitCode().get(limit.toSeconds(), TimeUnit.SECONDS);
                return new Commands.Result(code, soFar());
            } catch (TimeoutException e) {
                throw new AssertionError(
                        what + ": did not end within " + limit.toSeconds() + " s; so far: " + soFar(), e);
            } catch (ExecutionException e) {
                throw new AssertionError(what + ": " + e.getCause(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted: " + what, e);
            }
        }

        @Override
        public void close() {
            watch.close();
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
