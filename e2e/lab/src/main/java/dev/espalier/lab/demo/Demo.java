package dev.espalier.lab.demo;

import dev.espalier.lab.LabException;
import dev.espalier.lab.capture.Capture;
import dev.espalier.lab.cluster.AgentView;
import dev.espalier.lab.demo.Proofs.Finding;
import dev.espalier.lab.pods.LabPod;
import dev.espalier.lab.shell.Shell;
import dev.espalier.lab.shell.Waiting;
import dev.espalier.lab.topology.LabNode;
import dev.espalier.lab.topology.Topology;
import dev.espalier.lab.traffic.NumberedStream;
import dev.espalier.lab.traffic.Reachability;
import dev.espalier.lab.traffic.Reachability.Pair;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The proofs of {@code lab demo}, in the order in which a cluster lives: closed, opened by a policy, used, rekeyed, hurt, shrunk. */
public final class Demo {
    static final Duration CERTIFICATE_LIFETIME = Duration.ofMinutes(4);

    private static final int CHILD_REKEYS = 50;
    private static final int IKE_REKEYS = 5;

    private final Stage stage;
    private final Proofs proofs;

    Demo(Stage stage, Proofs proofs) {
        this.stage = stage;
        this.proofs = proofs;
    }

    void run() {
        proofs.prove("the capture sees a packet in clear when there is one", this::plantedPacketIsSeen);
        stage.startCaptures();
        List<Pair> pairs = Reachability.acrossNodes(stage.pods.list());
        proofs.prove("no policy: nothing passes, nothing leaves in clear", () -> closedWithoutPolicy(pairs));
        proofs.prove(
                "policy applied while traffic flows: it passes, sealed from the first packet",
                () -> policyOpens(pairs));
        proofs.prove(
                "every pod reaches every pod of other nodes by ping",
                () -> all(pairs, pair -> Reachability.ping(pair.from(), pair.address())));
        proofs.prove("... by TCP", () -> all(pairs, pair -> Reachability.tcp(pair.from(), pair.address())));
        proofs.prove(
                "... and by 1 MB of HTTP, unchanged",
                () -> all(pairs, pair -> Reachability.http(pair.from(), pair.address())));
        proofs.prove("all of it crossed the underlay as ESP in UDP 4500", this::underlayIsSealed);
        Map<String, String> serials = serials();
        proofs.prove(
                "a numbered stream crosses " + CHILD_REKEYS + " child and " + IKE_REKEYS + " IKE rekeys",
                this::rekeysLoseNothing);
        proofs.prove("the policy's suite changes on the wire under traffic", this::suiteChangeLosesNothing);
        proofs.prove("every node's certificate is renewed under traffic", () -> renewalLosesNothing(serials));
        proofs.prove("the CA is rolled under traffic", () -> new CaRollProof(stage).rollLosesNothing());
        proofs.prove("every node's agent is replaced by another process under traffic", this::upgradeLosesNothing);
        proofs.prove(
                "an agent killed by SIGKILL: nothing leaves in clear, traffic comes back",
                this::killedAgentStaysClosed);
        proofs.prove("an invalid policy is refused by name and changes nothing", this::invalidPolicyIsRefused);
        proofs.prove("a deleted node is cut off within 10 s", this::deletedNodeIsCutOff);
        proofs.prove("over the whole run not one packet had a pod address in clear", this::neverInClear);
    }

    /**
     * The control: one datagram with a pod's address, sent onto a node's link, must be counted. It comes from the bridge's side, since the node's own
     * packet filter lets none out.
     */
    private Finding plantedPacketIsSeen() {
        LabNode node = stage.node(1);
        try (Capture capture = Capture.start(node, stage.cluster.paths().state().resolve("captures/control.pcap"))) {
            boolean v4 = stage.cluster.family().v4();
            String source = v4 ? "10.244.1.250/32" : "fd44:0:0:1::fa/128";
            Shell.run(Topology.in(Topology.CONTROL_PLANE, List.of("ip", "addr", "add", source, "dev", "br0")));
            Shell.attempt(
                    Topology.in(
                            Topology.CONTROL_PLANE,
                            List.of(
                                    "ping",
                                    "-n",
                                    "-c",
                                    "1",
                                    "-W",
                                    "1",
                                    "-I",
                                    source.substring(0, source.indexOf('/')),
                                    node.addresses().getFirst())),
                    Map.of(),
                    "");
            Shell.run(Topology.in(Topology.CONTROL_PLANE, List.of("ip", "addr", "del", source, "dev", "br0")));
            Waiting.pause(Duration.ofMillis(500));
            long seen = capture.count(Capture.CLEAR);
            return new Finding(seen > 0, seen + " planted, seen by the filter that must find 0 below");
        }
    }

    private Finding closedWithoutPolicy(List<Pair> pairs) {
        long through = pairs.stream()
                .limit(6)
                .filter(pair -> Reachability.ping(pair.from(), pair.address()))
                .count();
        long clear = stage.clear();
        return new Finding(through == 0 && clear == 0, through + " pings through, " + clear + " packets in clear");
    }

    private Finding policyOpens(List<Pair> pairs) {
        List<NumberedStream> flowing = stage.streamsBetween(stage.node(1), stage.node(2));
        Waiting.pause(Duration.ofSeconds(1));
        apply(Policies.protectAll("aes256gcm16-prfsha384-x25519", "aes256gcm16-x25519"));
        Duration opened = Waiting.until(
                "the streams pass",
                Duration.ofSeconds(30),
                () -> flowing.stream().allMatch(stream -> stream.received().distinct() > 0));
        Duration all = opened.plus(Waiting.until(
                "every pair answers",
                Duration.ofSeconds(60),
                () -> pairs.stream().allMatch(pair -> Reachability.ping(pair.from(), pair.address()))));
        flowing.forEach(NumberedStream::finish);
        Duration ready = Waiting.until(
                "the policy reports Ready",
                Duration.ofSeconds(30),
                () -> condition("Ready").equals("True"));
        long clear = stage.clear();
        return new Finding(
                clear == 0,
                "first datagram after %d ms, all %d pairs after %d ms, Ready %d ms later, %d packets in clear"
                        .formatted(opened.toMillis(), pairs.size(), all.toMillis(), ready.toMillis(), clear));
    }

    private Finding all(List<Pair> pairs, java.util.function.Predicate<Pair> reaches) {
        List<String> failed =
                pairs.stream().filter(reaches.negate()).map(Pair::toString).toList();
        return new Finding(
                failed.isEmpty(),
                (pairs.size() - failed.size()) + " of " + pairs.size() + " pairs"
                        + (failed.isEmpty() ? "" : ", not " + failed));
    }

    private Finding underlayIsSealed() {
        long clear = stage.clear();
        long sealed = stage.sealed();
        return new Finding(
                clear == 0 && sealed > 1000, "%,d packets of UDP 4500, %d in clear".formatted(sealed, clear));
    }

    private Finding rekeysLoseNothing() {
        AgentView agent = stage.agent(stage.node(1));
        String peer = stage.node(2).name();
        List<NumberedStream> streams = stage.streamsBetween(stage.node(1), stage.node(2));
        double childBefore = agent.rekeys("child");
        double ikeBefore = agent.rekeys("ike");
        for (int i = 1; i <= CHILD_REKEYS; i++) {
            rekey(agent, "child", childBefore + i, "rekey", peer);
            if (i % (CHILD_REKEYS / IKE_REKEYS) == 0) {
                int turn = i / (CHILD_REKEYS / IKE_REKEYS);
                rekey(agent, "ike", ikeBefore + turn, "rekey", peer, "--ike");
            }
        }
        return Streams.expectLossless(
                streams,
                "%.0f child rekeys, %.0f IKE rekeys"
                        .formatted(agent.rekeys("child") - childBefore, agent.rekeys("ike") - ikeBefore));
    }

    /** A request that meets an IKE SA on its way out (a renewed certificate, say) goes with it, so it is made again. */
    private static void rekey(AgentView agent, String kind, double expected, String... verb) {
        for (int attempt = 1; agent.rekeys(kind) < expected; attempt++) {
            if (attempt > 4) {
                throw new LabException(
                        "the " + kind + " rekey on " + agent.node().name() + " does not happen");
            }
            agent.control(verb);
            long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
            while (agent.rekeys(kind) < expected && System.nanoTime() < deadline) {
                Waiting.pause(Duration.ofMillis(50));
            }
        }
    }

    private Finding suiteChangeLosesNothing() {
        List<NumberedStream> streams = stage.streamsBetween(stage.node(1), stage.node(2));
        Waiting.pause(Duration.ofSeconds(1));
        apply(Policies.protectAll("aes256gcm16-prfsha384-x25519", "aes128gcm16-ecp256"));
        String peer = stage.node(2).name();
        AgentView agent = stage.agent(stage.node(1));
        Duration took = Waiting.until("all SAs have the new suite", Duration.ofSeconds(40), () -> {
            List<AgentView.Child> children = agent.children(peer);
            return !children.isEmpty()
                    && children.stream().allMatch(child -> child.suite().contains("128"));
        });
        Waiting.pause(Duration.ofSeconds(2));
        Finding lossless = Streams.expectLossless(streams, "aes256gcm16 -> aes128gcm16 in " + took.toMillis() + " ms");
        // What the wire carries now must be the SA that status shows: outbound packets of n1 bear the peer's new SPI.
        AgentView.Child child = agent.children(peer).getFirst();
        long onWire = stage.capture(stage.node(1))
                .count("udp dst port 4500 and udp[8:4] = 0x" + child.spiOut().replaceFirst("^0x", ""));
        return new Finding(
                lossless.held() && onWire > 0, lossless.figure() + "; " + onWire + " packets under the new SPI");
    }

    private Finding renewalLosesNothing(Map<String, String> before) {
        List<NumberedStream> streams = stage.streamsBetween(stage.node(1), stage.node(2));
        Duration took = Waiting.until("every certificate is a new one", CERTIFICATE_LIFETIME, () -> {
            Map<String, String> now = serials();
            return before.entrySet().stream()
                    .noneMatch(entry -> entry.getValue().equals(now.get(entry.getKey())));
        });
        // The SAs that the old certificates authenticated are replaced after the serial has changed.
        Waiting.pause(Duration.ofSeconds(5));
        return Streams.expectLossless(
                streams, before.size() + " certificates renewed within " + took.toSeconds() + " s");
    }

    private Map<String, String> serials() {
        Map<String, String> serials = new HashMap<>();
        stage.cluster
                .nodes()
                .forEach(node -> serials.put(node.name(), stage.agent(node).certificateSerial()));
        return serials;
    }

    private Finding upgradeLosesNothing() {
        List<NumberedStream> streams = stage.streamsBetween(stage.node(1), stage.node(2));
        Waiting.pause(Duration.ofSeconds(1));
        stage.cluster.nodes().forEach(stage.cluster::upgradeAgent);
        Waiting.pause(Duration.ofSeconds(1));
        Finding lossless = Streams.expectLossless(
                streams, stage.cluster.nodes().size() + " agents handed over to another process");
        List<String> began = stage.cluster.nodes().stream()
                .filter(node -> !stage.cluster.agent(node, "status").out().contains("handover: taken over"))
                .map(LabNode::name)
                .toList();
        return new Finding(
                lossless.held() && began.isEmpty(),
                lossless.figure() + (began.isEmpty() ? "" : "; began anew: " + began));
    }

    private Finding killedAgentStaysClosed() {
        LabNode victim = stage.node(2);
        long clearBefore = stage.clear();
        List<NumberedStream> streams = stage.streamsBetween(stage.node(1), victim);
        Waiting.pause(Duration.ofSeconds(1));
        stage.cluster.killAgent(victim);
        Waiting.pause(Duration.ofSeconds(2));
        List<Long> atRestart =
                streams.stream().map(stream -> stream.received().distinct()).toList();
        long restarted = System.nanoTime();
        stage.cluster.startAgent(victim);
        Waiting.until("traffic comes back", Duration.ofSeconds(40), () -> {
            for (int i = 0; i < streams.size(); i++) {
                if (streams.get(i).received().distinct() <= atRestart.get(i)) {
                    return false;
                }
            }
            return true;
        });
        long back = (System.nanoTime() - restarted) / 1_000_000;
        streams.forEach(NumberedStream::finish);
        stage.cluster.awaitAgent(victim);
        long clear = stage.clear() - clearBefore;
        return new Finding(clear == 0, "back " + back + " ms after the restart began, " + clear + " packets in clear");
    }

    private Finding invalidPolicyIsRefused() {
        Shell.Result byApi = stage.cluster.kubectl(
                List.of("apply", "-f", "-"),
                Policies.protectAll("aes256gcm16-prfsha384-x25519", "aes128gcm16-ecp256")
                        .replace("action: Protect", "action: Protekt"));
        // Passes the schema, yet names a cipher that no policy may ask for.
        Shell.Result byOperator = stage.cluster.kubectl(
                List.of("apply", "-f", "-"),
                Policies.named("weak", "aes256gcm16-prfsha384-x25519", "3des-sha1-modp1024"));
        Waiting.until(
                "the operator refuses the policy 'weak'",
                Duration.ofSeconds(15),
                () -> conditionOf("weak", "Accepted", "status").equals("False"));
        String message = conditionOf("weak", "Accepted", "message");
        boolean stillUp = Reachability.ping(
                stage.firstPod(stage.node(1)),
                stage.firstPod(stage.node(2)).addresses().getFirst());
        stage.cluster.kubectl(List.of("delete", "ipsecpolicy", "weak"), "");
        return new Finding(
                !byApi.ok() && byApi.err().contains("action") && byOperator.ok() && message.contains("3des") && stillUp,
                "Accepted=False, \"" + message + "\"; traffic " + (stillUp ? "unharmed" : "broken"));
    }

    private Finding deletedNodeIsCutOff() {
        LabNode gone = stage.cluster.nodes().getLast();
        LabPod inside = stage.firstPod(gone);
        LabPod outside = stage.firstPod(stage.node(1));
        stage.cluster.deleteNodeObject(gone);
        Duration took = Waiting.until(
                "no ping passes either way",
                Duration.ofSeconds(20),
                () -> !Reachability.ping(inside, outside.addresses().getFirst())
                        && !Reachability.ping(outside, inside.addresses().getFirst()));
        // It still holds its key and certificate and its agent still runs: asking again must not help.
        stage.cluster.agent(gone, "initiate", stage.node(1).name());
        Waiting.pause(Duration.ofSeconds(3));
        boolean back = Reachability.ping(inside, outside.addresses().getFirst());
        return new Finding(
                !back && took.compareTo(Duration.ofSeconds(10)) <= 0,
                "cut off after " + took.toMillis() + " ms"
                        + (back ? ", but came back" : ", stays out when it tries again"));
    }

    private Finding neverInClear() {
        stage.endCaptures();
        long clear = stage.clear();
        long sealed = stage.sealed();
        return new Finding(
                clear == 0 && sealed > 0,
                "%,d packets of UDP 4500 on %d links, %d in clear%s"
                        .formatted(
                                sealed,
                                stage.cluster.nodes().size(),
                                clear,
                                clear == 0 ? "" : "\n" + stage.showClear()));
    }

    private void apply(String yaml) {
        Shell.Result result = stage.cluster.kubectl(List.of("apply", "-f", "-"), yaml);
        if (!result.ok()) {
            throw new LabException("kubectl apply: " + result.err().strip());
        }
    }

    private String condition(String type) {
        return conditionOf(Policies.NAME, type, "status");
    }

    private String conditionOf(String policy, String type, String field) {
        return stage.cluster
                .kubectl(
                        List.of(
                                "get",
                                "ipsecpolicy",
                                policy,
                                "-o",
                                "jsonpath={.status.conditions[?(@.type==\"" + type + "\")]." + field + "}"),
                        "")
                .out()
                .strip();
    }
}
