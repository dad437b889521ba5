package dev.espalier.lab.demo;

import dev.espalier.lab.capture.Capture;
import dev.espalier.lab.cluster.AgentView;
import dev.espalier.lab.cluster.LabCluster;
import dev.espalier.lab.pods.LabPod;
import dev.espalier.lab.pods.Pods;
import dev.espalier.lab.topology.LabNode;
import dev.espalier.lab.traffic.NumberedStream;
import dev.espalier.lab.traffic.PodServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What every proof plays on: the cluster, two pods a node with their servers, and a capture on every underlay link. */
final class Stage implements AutoCloseable {
    /** Datagrams a second of each numbered stream. */
    static final int STREAM_RATE = 500;

    final LabCluster cluster;
    final Pods pods;
    private final Map<String, PodServer> servers = new LinkedHashMap<>();
    private final Map<String, Capture> captures = new LinkedHashMap<>();

    Stage(LabCluster cluster) {
        this.cluster = cluster;
        this.pods = new Pods(cluster);
    }

    void addPods(int perNode) {
        for (LabNode node : cluster.nodes()) {
            for (int i = 1; i <= perNode; i++) {
                LabPod pod = pods.add("default", node.name() + "-p" + i, node, Map.of("app", "demo"));
                servers.put(pod.key(), PodServer.start(pod));
            }
        }
    }

    void startCaptures() {
        for (LabNode node : cluster.nodes()) {
            captures.put(
                    node.name(),
                    Capture.start(
                            node, cluster.paths().state().resolve("captures").resolve(node.name() + ".pcap")));
        }
    }

    Capture capture(LabNode node) {
        return java.util.Objects.requireNonNull(captures.get(node.name()), "captures have begun");
    }

    /** Packets with a pod address in the outer header, over all links, since the captures began. */
    long clear() {
        return captures.values().stream()
                .mapToLong(capture -> capture.count(Capture.CLEAR))
                .sum();
    }

    long sealed() {
        return captures.values().stream()
                .mapToLong(capture -> capture.count("udp port 4500"))
                .sum();
    }

    /** The first packets in clear as text, for whoever has to find out why. */
    String showClear() {
        StringBuilder text = new StringBuilder();
        captures.forEach((node, capture) -> text.append(node)
                .append(":\n")
                .append(capture.show(Capture.CLEAR, 5))
                .append('\n'));
        return text.toString();
    }

    LabNode node(int index) {
        return cluster.nodes().get(index - 1);
    }

    AgentView agent(LabNode node) {
        return new AgentView(cluster, node);
    }

    LabPod firstPod(LabNode node) {
        return pods.get("default/" + node.name() + "-p1");
    }

    /** Streams between the first pods of two nodes: both directions, every address family. */
    List<NumberedStream> streamsBetween(LabNode a, LabNode b) {
        List<NumberedStream> streams = new ArrayList<>();
        for (List<LabPod> ends : List.of(List.of(firstPod(a), firstPod(b)), List.of(firstPod(b), firstPod(a)))) {
            for (String address : ends.get(1).addresses()) {
                PodServer server =
                        java.util.Objects.requireNonNull(servers.get(ends.get(1).key()));
                streams.add(NumberedStream.start(ends.get(0), ends.get(1), address, server, STREAM_RATE));
            }
        }
        return streams;
    }

    void endCaptures() {
        captures.values().forEach(Capture::close);
    }

    @Override
    public void close() {
        for (PodServer server : servers.values()) {
            try {
                server.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
        endCaptures();
    }
}
