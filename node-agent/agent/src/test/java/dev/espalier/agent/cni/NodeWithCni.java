package dev.espalier.agent.cni;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.linux.libc.ErrnoException;
import dev.espalier.linux.libc.Syscalls;
import dev.espalier.linux.netns.NetworkNamespace;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * A namespace that plays the node, with the agent's CNI server in it; pods are namespaces, too. Requests go through the executable that a runtime would run, as a process.
 */
abstract class NodeWithCni {
    static final ObjectMapper JSON = new ObjectMapper();
    static final String PREFIX = "esp-cni" + ProcessHandle.current().pid() + "-";
    static final String NODE = PREFIX + "node";
    static final PodCidr V4 = new PodCidr(Prefix.parse("10.77.1.0/24"), IpAddress.parse("10.77.1.1"));
    static final PodCidr V6 = new PodCidr(Prefix.parse("fd77:1::/64"), IpAddress.parse("fd77:1::1"));
    private static final Path SHIM = shim();

    @TempDir
    Path run;

    final Set<String> namespaces = new HashSet<>();
    volatile Readiness readiness = new Readiness.Ready();
    volatile boolean chained;
    volatile List<Prefix> remotePods = List.of();
    volatile List<PodCidr> cidrs = List.of(V4, V6);
    NetworkNamespace node;
    CniServer server;

    record Answer(int exitCode, JsonNode json) {
        int code() {
            return json.path("code").asInt();
        }
    }

    /** As it is on a node: the native program, or, where no compiler made it, the launcher of the other. */
    static Path shim() {
        Path folder = Path.of(System.getProperty("espalier.root", "../.."), "cni-binary");
        if (!Files.exists(folder)) {
            folder = Path.of("../../cni-binary");
        }
        Path built = folder.resolve("target/espalier");
        return (Files.isExecutable(built) ? built : folder.resolve("bin/espalier"))
                .toAbsolutePath()
                .normalize();
    }

    @BeforeEach
    void start() throws IOException {
        node = NetworkNamespace.create(NODE);
        sh("ip", "link", "set", "lo", "up");
        sh("ip", "-4", "rule", "add", "iif", "lo", "priority", "7701", "lookup", "7700");
        sh("ip", "-6", "rule", "add", "iif", "lo", "priority", "7701", "lookup", "7700");
        sh("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
        // The node's own addresses, which the TUN device carries in a real one.
        sh("ip", "addr", "add", "10.77.1.1/32", "dev", "lo");
        sh("ip", "addr", "add", "fd77:1::1/128", "dev", "lo");
        server = started();
    }

    @AfterEach
    void clean() throws IOException {
        server.close();
        node.close();
        NetworkNamespace.delete(NODE);
        for (String name : namespaces) {
            NetworkNamespace.delete(name);
        }
    }

    CniServer started() throws IOException {
        NodeState state = new NodeState() {
            @Override
            public List<PodCidr> podCidrs() {
                return cidrs;
            }

            @Override
            public boolean chained() {
                return chained;
            }

            @Override
            public List<Prefix> remotePods() {
                return remotePods;
            }

            @Override
            public int innerMtu() {
                return 1400;
            }

            @Override
            public Readiness readiness() {
                return readiness;
            }
        };
        CniServer started = new CniServer(run, state, Executors.newThreadPerTaskExecutor(this::insideNode));
        node.call(() -> {
            started.start();
            return null;
        });
        return started;
    }

    Thread insideNode(Runnable task) {
        return Thread.ofPlatform().unstarted(() -> {
            try {
                Syscalls.setNamespace(node.fd(), Syscalls.CLONE_NEWNET);
            } catch (ErrnoException e) {
                throw new AssertionError(e);
            }
            task.run();
        });
    }

    void repair() throws IOException {
        node.call(() -> {
            server.repair();
            return null;
        });
    }

    String pod(String name) throws IOException {
        String namespace = PREFIX + name;
        NetworkNamespace.create(namespace).close();
        namespaces.add(namespace);
        return namespace;
    }

    static ObjectNode config(String version) {
        return JSON.createObjectNode()
                .put("cniVersion", version)
                .put("name", "pods")
                .put("type", "espalier");
    }

    /** {@link SeparateNode} in the node's namespace, listening when this returns. */
    Process startSeparateNode(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "ip",
                "netns",
                "exec",
                NODE,
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC"));
        command.addAll(List.of(options));
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), SeparateNode.class.getName(), run.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder said = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            said.append(line).append('\n');
            if (line.equals("ready")) {
                // Nobody reads on; a full pipe must not stop it.
                Thread.ofVirtual().start(() -> out.lines().forEach(ignored -> {}));
                return process;
            }
        }
        throw new IOException("the server did not start: " + said);
    }

    Answer cni(String command, String id, String namespace, JsonNode config) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(SHIM.toString());
        builder.environment()
                .putAll(Map.of(
                        "CNI_COMMAND",
                        command,
                        "CNI_CONTAINERID",
                        id,
                        "CNI_NETNS",
                        namespace.isEmpty() ? "" : "/run/netns/" + namespace,
                        "CNI_IFNAME",
                        "eth0",
                        "CNI_ARGS",
                        "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=" + id,
                        "CNI_PATH",
                        "/opt/cni/bin",
                        "ESPALIER_CNI_SOCKET",
                        run.resolve("cni.sock").toString(),
                        "ESPALIER_JAVA_HOME",
                        System.getProperty("java.home")));
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        process.getOutputStream().write(config.toString().getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            int exit = process.waitFor();
            return new Answer(exit, JSON.readTree(out.isBlank() ? "{}" : out));
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    JsonNode add(String id, String namespace) throws IOException {
        Answer answer = cni("ADD", id, namespace, config("1.1.0"));
        assertThat(answer.exitCode()).as("ADD %s: %s", id, answer.json()).isZero();
        return answer.json();
    }

    static String address(JsonNode result, int index) {
        return result.at("/ips/" + index + "/address").asText().replaceAll("/.*", "");
    }

    static String output(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            return process.waitFor() == 0 ? output : "FAILED: " + output;
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    static String onNode(String... command) throws IOException {
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", NODE));
        words.addAll(List.of(command));
        return output(words.toArray(String[]::new));
    }

    /** On the node. */
    static void sh(String... command) throws IOException {
        assertThat(onNode(command)).as(String.join(" ", command)).doesNotStartWith("FAILED");
    }

    static void in(String namespace, String command) throws IOException {
        assertThat(output(("ip netns exec " + namespace + " " + command).split(" ")))
                .as("%s: %s", namespace, command)
                .doesNotStartWith("FAILED");
    }

    static JsonNode ip(String arguments) throws IOException {
        String output = onNode(("ip -j " + arguments).split(" "));
        assertThat(output).doesNotStartWith("FAILED");
        return JSON.readTree(output.isBlank() ? "[]" : output);
    }

    List<String> stored() throws IOException {
        Path pods = run.resolve("pods");
        if (!Files.exists(pods)) {
            return List.of();
        }
        try (var files = Files.list(pods)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    void nothingIsLeft() throws IOException {
        assertThat(stored()).isEmpty();
        assertThat(ip("link show type veth"))
                .noneMatch(link -> link.get("ifname").asText().startsWith("esp"));
        assertThat(ip("-4 rule show priority 7710")).isEmpty();
        assertThat(ip("-6 rule show priority 7710")).isEmpty();
        assertThat(onNode("ip", "-4", "route", "show", "table", "7700")).doesNotContain("10.77.");
        assertThat(onNode("ip", "-6", "route", "show", "table", "7700")).doesNotContain("fd77:");
    }
}
