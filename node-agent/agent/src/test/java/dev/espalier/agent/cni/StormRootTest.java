package dev.espalier.agent.cni;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.agent.reconcile.NodeNetworking;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Many pods at a time, through the executable, with the server as a process of its own and the packet filter loaded (F-26). How many, and how the server is run:
 * {@code -Dtest.jvmArgs='-Despalier.storm.pods=100 -Despalier.storm.rounds=20 -Despalier.storm.jvm=-XX:TieredStopAtLevel=1'}.
 */
@Tag("root")
@Timeout(1800)
class StormRootTest extends NodeWithCni {
    private static final int PODS = Integer.getInteger("espalier.storm.pods", 100);
    private static final int ROUNDS = Integer.getInteger("espalier.storm.rounds", 3);
    private static final int WARM_UP_ROUNDS = 4;
    private static final int KILLED = 137;

    private final List<String> pods = new ArrayList<>();
    private Process agent;
    private NodeNetworking networking;

    @BeforeEach
    void makeTheWorld() throws IOException {
        server.close();
        // As on a node: on a file system in memory.
        run = Files.createTempDirectory(Path.of("/dev/shm"), "espalier-storm");
        sh("ip", "tuntap", "add", "dev", "espalier0", "mode", "tun");
        networking = node.call(
                () -> new NodeNetworking("espalier0", "lo", List.of(V4.prefix(), V6.prefix()), List.of(), false));
        node.call(networking::apply);
        for (int i = 0; i < PODS; i++) {
            pods.add(pod("s" + i));
        }
        agent = startAgent();
    }

    @AfterEach
    void end() throws Exception {
        agent.destroyForcibly().waitFor();
        networking.close();
        try (Stream<Path> files = Files.walk(run)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    @Tag("CNI-11")
    @Tag("CNI-13")
    void aStormLeavesNothingAndItsTimesArePrinted() throws Exception {
        Storm storm = Storm.compile(run, shim());
        // What a node has behind it that has been up for a while: the runtime compiles what is called often.
        Storm.Times cold = storm.run("ADD", pods);
        storm.run("DEL", pods);
        for (int round = 0; round < WARM_UP_ROUNDS; round++) {
            storm.run("ADD", pods);
            storm.run("DEL", pods);
        }
        long before = agentCpuMillis();
        List<Storm.Times> adds = new ArrayList<>();
        List<Storm.Times> deletes = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            adds.add(storm.run("ADD", pods));
            assertThat(ip("link show type veth")).hasSize(PODS);
            deletes.add(storm.run("DEL", pods));
            nothingIsLeft();
        }
        System.out.printf(
                "storm: %d pods at a time, %d rounds: ADD %s; DEL %s; %.1f ms of the agent's CPU and %.1f ms of the plugin's for both; ADD when the agent has just started %s%n",
                PODS,
                ROUNDS,
                Storm.Times.sum(adds),
                Storm.Times.sum(deletes),
                (agentCpuMillis() - before) / (double) (PODS * ROUNDS),
                (Storm.Times.sum(adds).cpuMicros() + Storm.Times.sum(deletes).cpuMicros()) / 1e3 / (PODS * ROUNDS),
                cold);
    }

    @Test
    @Tag("CNI-05")
    @Tag("CNI-07")
    @Tag("F-26")
    void aStormWithKillsAtRandomLeavesNothing() throws Exception {
        long seed = Long.getLong("espalier.storm.seed", System.nanoTime());
        System.out.println("storm: seed " + seed);
        Random random = new Random(seed);
        int killedShims = 0;
        int killedAgents = 0;
        for (int round = 0; round < ROUNDS; round++) {
            for (String command : List.of("ADD", "DEL")) {
                Thread killer = random.nextBoolean() ? killAgentAfter(random.nextInt(300)) : null;
                int chance = random.nextInt(20);
                List<Integer> patience = pods.stream()
                        .map(pod -> random.nextInt(100) < chance ? 1 + random.nextInt(150) : 0)
                        .toList();
                for (Outcome outcome : all(command, pod -> patience.get(pods.indexOf(pod)))) {
                    killedShims += outcome.exit == KILLED ? 1 : 0;
                }
                if (killer != null) {
                    killer.join();
                    agent = startAgent();
                    killedAgents++;
                }
            }
            // A runtime calls DEL until it has heard that it is done.
            for (Outcome outcome : all("DEL", pod -> 0)) {
                assertThat(outcome.exit).as("seed %d: %s", seed, outcome.output).isZero();
            }
            nothingIsLeft();
            assertThat(run.resolve("cni-spool"))
                    .satisfiesAnyOf(
                            folder -> assertThat(folder).doesNotExist(),
                            folder -> assertThat(folder).isEmptyDirectory());
        }
        System.out.printf(
                "storm: %d pods at a time, %d rounds, %d shims and %d agents killed, seed %d: nothing left%n",
                PODS, ROUNDS, killedShims, killedAgents, seed);
        assertThat(killedShims + killedAgents).as("seed %d", seed).isPositive();
        // No address was lost, whether one of the file or one of memory.
        assertThat(node.call(networking::apply))
                .as("parts of the packet filter that had to be put back")
                .isZero();
        for (Outcome outcome : all("ADD", pod -> 0)) {
            assertThat(outcome.exit).as("seed %d: %s", seed, outcome.output).isZero();
        }
        List<Attachment> stored = new AttachmentStore(run).list();
        assertThat(stored.stream().flatMap(a -> a.addresses().stream()))
                .hasSize(2 * PODS)
                .doesNotHaveDuplicates();
    }

    private record Outcome(int exit, String output) {}

    /** One command for every pod at a time; a patience of more than 0 ms is that after which the shim is killed. */
    private List<Outcome> all(String command, Function<String, Integer> patienceMillis) throws Exception {
        List<Future<Outcome>> answers = new ArrayList<>();
        List<Outcome> outcomes = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(PODS)) {
            for (String pod : pods) {
                answers.add(executor.submit(() -> shim(command, pod, patienceMillis.apply(pod))));
            }
            for (Future<Outcome> answer : answers) {
                outcomes.add(answer.get());
            }
        }
        return outcomes;
    }

    private Outcome shim(String command, String pod, int patienceMillis) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(shim().toString());
        builder.environment()
                .putAll(Map.of(
                        "CNI_COMMAND",
                        command,
                        "CNI_CONTAINERID",
                        pod,
                        "CNI_NETNS",
                        "/run/netns/" + pod,
                        "CNI_IFNAME",
                        "eth0",
                        "ESPALIER_CNI_SOCKET",
                        run.resolve("cni.sock").toString(),
                        "ESPALIER_JAVA_HOME",
                        System.getProperty("java.home")));
        ObjectNode config = config("1.1.0");
        Process process = builder.start();
        try (var in = process.getOutputStream()) {
            in.write(config.toString().getBytes(StandardCharsets.UTF_8));
        }
        if (patienceMillis > 0 && !process.waitFor(patienceMillis, TimeUnit.MILLISECONDS)) {
            // Not by the process itself, which would close the streams, too.
            process.toHandle().destroyForcibly();
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.waitFor();
        return new Outcome(exit, output);
    }

    private Thread killAgentAfter(int millis) {
        Process victim = agent;
        return Thread.ofPlatform().start(() -> {
            LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
            victim.destroyForcibly();
            try {
                victim.waitFor();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    private long agentCpuMillis() {
        // Of "ip netns exec", which has become the agent by exec.
        return agent.info().totalCpuDuration().orElse(Duration.ZERO).toMillis();
    }

    private Process startAgent() throws IOException {
        return startSeparateNode(System.getProperty("espalier.storm.jvm", "-XX:TieredStopAtLevel=1"));
    }
}
