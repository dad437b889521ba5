package dev.espalier.agent.node;

import dev.espalier.testkit.pki.TestPki;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Two hosts, {@code alpha} and {@code beta}, as network namespaces joined by a veth, each with a folder, an identity and an agent of its
 * own. {@code 10.81.0.1} and {@code 10.82.0.1} are their inner addresses. Each has the other as its default gateway, so that whatever is not
 * sealed would cross in clear.
 */
final class TwoHosts {
    private static final List<String> NAMES = List.of("alpha", "beta");

    private final Path state;
    private final Map<String, Process> agents = new TreeMap<>();

    TwoHosts(Path state) throws IOException, InterruptedException {
        this.state = state;
        removeNamespaces();
        for (String name : NAMES) {
            run("ip", "netns", "add", namespace(name));
            run("ip", "-n", namespace(name), "link", "set", "lo", "up");
        }
        run(
                "ip",
                "link",
                "add",
                "eth0",
                "netns",
                namespace("alpha"),
                "type",
                "veth",
                "peer",
                "name",
                "eth0",
                "netns",
                namespace("beta"));
        host("alpha", "172.29.0.1/24", "172.29.0.2");
        host("beta", "172.29.0.2/24", "172.29.0.1");
        Files.createDirectories(state.resolve("source"));
        Files.writeString(state.resolve("source/nodes.yaml"), node("alpha", 81, 1) + "---\n" + node("beta", 82, 2));
        policy("{action: Protect}");
        TestPki ca = TestPki.create("test", Instant.now());
        NAMES.forEach(name -> TestPki.write(ca.node(name), state.resolve("identity-" + name)));
    }

    void policy(String spec) throws IOException {
        Files.writeString(
                state.resolve("source/policy.yaml"),
                "apiVersion: ipsec.espalier.dev/v1alpha1\nkind: IPSecPolicy\nmetadata: {name: all}\nspec: " + spec
                        + "\n");
    }

    void start(String name) throws IOException {
        agents.put(name, process(name));
    }

    /** One more process for the same host, beside the one that serves it; from then on it is the host's agent. */
    Process startSuccessor(String name) throws IOException {
        Process before = agent(name);
        agents.put(name, process(name));
        return before;
    }

    private Process process(String name) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                "ip",
                "netns",
                "exec",
                namespace(name),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                StandaloneAgent.class.getName());
        builder.environment()
                .putAll(Map.of(
                        "ESPALIER_NODE_NAME",
                        name,
                        "ESPALIER_SOURCE",
                        "file:" + state.resolve("source"),
                        "ESPALIER_IDENTITY_DIR",
                        state.resolve("identity-" + name).toString(),
                        "ESPALIER_RUN_DIR",
                        state.resolve("run-" + name).toString()));
        builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        state.resolve(name + ".log").toFile()));
        return builder.start();
    }

    Process agent(String name) {
        Process agent = agents.get(name);
        if (agent == null) {
            throw new IllegalStateException(name + " was never started");
        }
        return agent;
    }

    /** As kill -9. */
    void kill(String name) throws InterruptedException {
        agent(name).destroyForcibly().waitFor();
    }

    /** Whether {@code count} pings from {@code from} all come back. */
    boolean pings(String from, int count, double intervalSeconds) throws IOException, InterruptedException {
        boolean alpha = from.equals("alpha");
        return exec(
                        from,
                        "ping",
                        "-c",
                        Integer.toString(count),
                        "-i",
                        Double.toString(intervalSeconds),
                        "-W",
                        "1",
                        "-q",
                        "-I",
                        alpha ? "10.81.0.1" : "10.82.0.1",
                        alpha ? "10.82.0.1" : "10.81.0.1")
                .contains(" " + count + " received");
    }

    /** Output of a command in a host's namespace, whatever its exit code. */
    String exec(String name, String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace(name)));
        all.addAll(List.of(command));
        return output(all);
    }

    String log(String name) throws IOException {
        return Files.readString(state.resolve(name + ".log"));
    }

    Path runDir(String name) {
        return state.resolve("run-" + name);
    }

    Process capture(Path file) throws IOException {
        return new ProcessBuilder(
                        "ip",
                        "netns",
                        "exec",
                        namespace("beta"),
                        "tcpdump",
                        "-i",
                        "eth0",
                        "-U",
                        "--immediate-mode",
                        "-n",
                        "-w",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(state.resolve("tcpdump.log").toFile())
                .start();
    }

    String tcpdumpLog() throws IOException {
        Path log = state.resolve("tcpdump.log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    static long count(Path capture, String filter) throws IOException, InterruptedException {
        return lines(capture, filter).size();
    }

    /** A line for each packet. */
    static List<String> lines(Path capture, String filter) throws IOException, InterruptedException {
        return output(List.of("tcpdump", "-n", "-r", capture.toString(), filter))
                .lines()
                .filter(l -> l.contains(" > "))
                .toList();
    }

    void close() throws IOException, InterruptedException {
        for (Process agent : agents.values()) {
            agent.destroyForcibly().waitFor();
        }
        removeNamespaces();
    }

    private void host(String name, String address, String gateway) throws IOException, InterruptedException {
        run("ip", "-n", namespace(name), "addr", "add", address, "dev", "eth0");
        run("ip", "-n", namespace(name), "link", "set", "eth0", "up");
        run("ip", "-n", namespace(name), "route", "add", "default", "via", gateway);
    }

    private static String node(String name, int net, int host) {
        return """
                apiVersion: v1
                kind: Node
                metadata: {name: %s}
                spec: {podCIDRs: [10.%d.0.0/24]}
                status: {addresses: [{type: InternalIP, address: 172.29.0.%d}]}
                """.formatted(name, net, host);
    }

    private static void removeNamespaces() throws IOException, InterruptedException {
        for (String name : NAMES) {
            if (Files.exists(Path.of("/run/netns", namespace(name)))) {
                run("ip", "netns", "del", namespace(name));
            }
        }
    }

    static String namespace(String name) {
        return "esp-agent-test-" + name;
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + text);
        }
    }

    private static String output(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(1, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
        return text;
    }
}
