package dev.espalier.lab.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.crds.policy.PolicySet;
import dev.espalier.crds.v1alpha1.IPSecPolicy;
import dev.espalier.lab.probe.ProbeClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Nodes that are objects, with agents that are clients: each has its own pod's token, asks for its own certificate, watches the policies and
 * writes the status of its own node. Pods are objects with addresses that no node's pod network holds. Indices count from 1.
 */
final class SimulatedMesh implements AutoCloseable {
    static final String GROUP = "/apis/ipsec.espalier.dev/v1alpha1/";
    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final int CLIENTS = 16;
    private static final int TOO_MANY_REQUESTS = 429;
    /** An agent looks at this interval whether it has something to write, each from its own start on. */
    private static final long AGENT_LOOKS_MILLIS = 500;

    /** Agents have their connections already; ours are made when they are needed, and that costs both ends more than the writes. */
    private static final int CONNECTIONS = 32;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final OperatorCluster cluster;
    private final int nodes;
    private final ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    private final Map<Integer, AgentAccount> agents = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<InputStream> watches = new ConcurrentLinkedQueue<>();
    private final Map<String, String> hashes = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> acknowledged = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final Semaphore writing = new Semaphore(CONNECTIONS);
    private final AtomicInteger turnedAway = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();

    SimulatedMesh(OperatorCluster cluster, int nodes) {
        this.cluster = cluster;
        this.nodes = nodes;
    }

    static String node(int index) {
        return "node-" + index;
    }

    void makeNodes() throws InterruptedException, ExecutionException {
        each(nodes, i -> cluster.node(node(i), i));
    }

    /** Of each node, the pod that its agent's token is bound to. */
    void makeAgents() throws InterruptedException, ExecutionException {
        each(nodes, i -> agents.put(i, new AgentAccount(cluster.as(cluster.agentToken(node(i))))));
    }

    void makePods(int count) throws InterruptedException, ExecutionException {
        each(count, this::makePod);
    }

    /** All agents at once, each for its own node; how many got one. */
    long certificates() throws InterruptedException, ExecutionException {
        Map<Integer, String> requests = new ConcurrentHashMap<>();
        Map<Integer, String> outcomes = new ConcurrentHashMap<>();
        each(nodes, i -> requests.put(i, agent(i).submit(node(i), "ipsec.espalier.dev/node")));
        each(nodes, i -> outcomes.put(i, agent(i).outcome(Objects.requireNonNull(requests.get(i)))));
        return outcomes.values().stream().filter("Issued"::equals).count();
    }

    /** From now on agents acknowledge each generation of each policy when their watch has told them of it. */
    void watchPolicies() throws InterruptedException, ExecutionException {
        each(nodes, i -> {
            InputStream stream = agent(i).http().stream(GROUP + "ipsecpolicies?watch=true");
            watches.add(stream);
            Thread.ofVirtual().name("agent-" + i).start(() -> follow(i, stream));
        });
    }

    /** How many agents have written that they apply {@code generation} of the one policy. */
    int acknowledged(long generation) {
        if (!failures.isEmpty()) {
            throw new AssertionError("an agent failed", failures.peek());
        }
        return acknowledged
                .computeIfAbsent(Long.toString(generation), g -> new AtomicInteger())
                .get();
    }

    /** Requests of agents that the API server answered with 429, and that were made again. */
    int turnedAway() {
        return turnedAway.get();
    }

    /** The same with 5xx, such as a webhook that did not answer in time. */
    int failed() {
        return failed.get();
    }

    /** One after the other, as often as asked: deleted and made anew with the same address, as a StatefulSet does it. */
    void replacePods(int count, int pods) throws InterruptedException, ExecutionException {
        each(count, i -> {
            int pod = 1 + (int) (i * 7919L % pods);
            ProbeClient.Answer gone = cluster.http().delete(PODS + "/" + podName(pod), "{\"gracePeriodSeconds\":0}");
            require(gone, 200);
            makePod(pod);
        });
    }

    void writeStatus(int index, String hash, long rekeys) {
        int others = nodes - 1;
        String status = "{\"status\":{\"appliedPolicyHash\":\"" + hash
                + "\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\",\"reason\":\"TunnelsPossible\",\"message\":\"a plan is in force\",\"lastTransitionTime\":\"2026-11-24T10:00:00Z\"}],"
                + "\"agentVersion\":\"0.1.0\",\"totals\":{\"peers\":" + others + ",\"established\":" + others
                + ",\"childSas\":" + others + ",\"rekeys\":" + rekeys + ",\"drops\":{}}}}";
        String path = GROUP + "ipsecnodes/" + node(index) + "/status";
        ProbeClient.Answer answer = agent(index).http().patch(path, ProbeClient.MERGE, status);
        while (answer.code() == TOO_MANY_REQUESTS || answer.code() >= 500) {
            (answer.code() == TOO_MANY_REQUESTS ? turnedAway : failed).incrementAndGet();
            pause(1000L * answer.headers().firstValueAsLong("retry-after").orElse(1));
            answer = agent(index).http().patch(path, ProbeClient.MERGE, status);
        }
        require(answer, 200);
    }

    @Override
    public void close() throws IOException {
        clients.shutdownNow();
        for (InputStream watch : watches) {
            watch.close();
        }
    }

    private void follow(int index, InputStream stream) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            long seen = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode policy = JSON.readTree(line).path("object");
                long generation = policy.at("/metadata/generation").asLong();
                if (generation > seen) {
                    seen = generation;
                    String hash = hashes.computeIfAbsent(Long.toString(generation), g -> hash(policy.toString()));
                    pause(ThreadLocalRandom.current().nextLong(AGENT_LOOKS_MILLIS));
                    writing.acquireUninterruptibly();
                    try {
                        writeStatus(index, hash, generation);
                    } finally {
                        writing.release();
                    }
                    acknowledged
                            .computeIfAbsent(Long.toString(generation), g -> new AtomicInteger())
                            .incrementAndGet();
                }
            }
        } catch (IOException e) {
            if (!clients.isShutdown()) {
                failures.add(e);
            }
        } catch (RuntimeException | AssertionError e) {
            failures.add(e);
        }
    }

    private static String hash(String policy) {
        return PolicySet.of(List.of(Serialization.unmarshal(policy, IPSecPolicy.class)))
                .contentHash();
    }

    private AgentAccount agent(int index) {
        return Objects.requireNonNull(agents.get(index));
    }

    private void makePod(int index) {
        String address = "10.100." + index / 250 + "." + (1 + index % 250);
        String name = podName(index);
        require(
                cluster.http()
                        .post(
                                PODS,
                                "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"" + name
                                        + "\"},\"spec\":{\"nodeName\":\"" + node(1 + index % nodes)
                                        + "\",\"containers\":[{\"name\":\"main\",\"image\":\"app\"}]}}"),
                201);
        require(
                cluster.http()
                        .patch(
                                PODS + "/" + name + "/status",
                                ProbeClient.MERGE,
                                "{\"status\":{\"phase\":\"Running\",\"podIP\":\"" + address
                                        + "\",\"podIPs\":[{\"ip\":\"" + address + "\"}]}}"),
                200);
    }

    private static String podName(int index) {
        return "pod-" + index;
    }

    private static void require(ProbeClient.Answer answer, int code) {
        if (answer.code() != code) {
            throw new AssertionError(answer.code() + " instead of " + code + ": " + answer.body());
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private interface Work {
        void on(int index) throws Exception;
    }

    private void each(int count, Work work) throws InterruptedException, ExecutionException {
        List<Callable<Void>> tasks = new ArrayList<>();
        IntStream.rangeClosed(1, count)
                .forEach(i -> tasks.add(() -> {
                    work.on(i);
                    return null;
                }));
        for (Future<Void> done : clients.invokeAll(tasks)) {
            done.get();
        }
    }
}
