package dev.espalier.e2e;

import static dev.espalier.e2e.Workloads.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodIP;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** On a dual-stack cluster, the second address of every pod; {@link TrafficTest} uses the first. The leak check counts both families. */
@Tag("cluster")
@Order(1)
@ExtendWith(ClusterSuite.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DualStackTest {
    private static final int IPV6_AND_ICMP_OCTETS = 48;

    private final Session session;
    private final Cluster cluster;
    private final Workloads workloads;

    DualStackTest(Session session) {
        this.session = session;
        cluster = session.cluster();
        workloads = session.workloads();
    }

    @BeforeEach
    void clusterIsDualStack() {
        assumeThat(cluster.nodes())
                .as("pod addresses of two families")
                .allMatch(node -> node.getSpec().getPodCIDRs().size() == 2);
    }

    @Test
    @Order(1)
    @DisplayName("every pod reaches every pod by its second address, over TCP and UDP, and is seen under its own")
    void podToPod() {
        for (Pod from : workloads.echoes()) {
            for (Pod to : workloads.echoes()) {
                for (String verb : List.of("who", "udp")) {
                    String[] answer = cluster.exec(from, "traffic", verb, second(to), "8080", "1")
                            .strip()
                            .split(" ", 2);
                    assertThat(answer[0]).isEqualTo(node(to));
                    assertThat(InetAddress.ofLiteral(answer[1])).isEqualTo(InetAddress.ofLiteral(second(from)));
                }
            }
        }
    }

    @Test
    @Order(2)
    @DisplayName("a node reaches every pod by its second address")
    void nodeToPod() {
        for (String node : cluster.workers()) {
            for (Pod pod : workloads.echoes()) {
                cluster.inNetworkOf(node, "ping", "-c", "2", "-i", "0.2", "-W", "2", second(pod));
                String url = "http://[" + second(pod) + "]:8080/";
                assertThat(cluster.inNetworkOf(node, "curl", "-s", "--max-time", "5", url))
                        .startsWith(node(pod) + " ");
            }
        }
    }

    @Test
    @Order(3)
    @DisplayName("large IPv6 packets pass: bulk TCP, fragments, and one over the MTU is refused by its size")
    void largePackets() {
        Pod from = workloads.echoes().getFirst();
        Pod to = workloads.echoes().getLast();
        cluster.exec(from, "traffic", "bulk", second(to), "8080", "2097152");
        cluster.exec(from, "ping", "-c", "3", "-i", "0.2", "-W", "2", "-s", "4000", second(to));
        int fits = session.innerMtu(from) - IPV6_AND_ICMP_OCTETS;
        assertThat(unfragmented(from, to, fits).ok()).isTrue();
        Commands.Result tooLarge = unfragmented(from, to, fits + 1);
        assertThat(tooLarge.ok()).isFalse();
        assertThat(tooLarge.out()).containsPattern(Workloads.TOO_LARGE);
    }

    private Commands.Result unfragmented(Pod from, Pod to, int octets) {
        return cluster.tryExec(
                from,
                "ping",
                "-c",
                "2",
                "-i",
                "0.2",
                "-W",
                "2",
                "-M",
                "do",
                "-s",
                Integer.toString(octets),
                second(to));
    }

    @Test
    @Order(4)
    @DisplayName("a ClusterIP service of the second family leads to every backend")
    void clusterIp() {
        cluster.apply("""
                apiVersion: v1
                kind: Service
                metadata: {name: echo-second, namespace: espalier-e2e}
                spec:
                  selector: {app: echo}
                  ipFamilyPolicy: SingleStack
                  ipFamilies: [IPv6]
                  ports: [{name: tcp, port: 80, targetPort: 8080}]
                """);
        String address = cluster.client()
                .services()
                .inNamespace(Workloads.NAMESPACE)
                .withName("echo-second")
                .require()
                .getSpec()
                .getClusterIP();
        Pod from = workloads.echoes().getFirst();
        // kube-proxy learns of it meanwhile.
        Waiting.until(
                "the service answers",
                Duration.ofSeconds(30),
                () -> cluster.tryExec(from, "traffic", "who", address, "80", "1")
                        .ok());
        Stream<String> backends = cluster.exec(from, "traffic", "who", address, "80", "40")
                .lines()
                .map(line -> line.split(" ", 2)[0])
                .distinct();
        assertThat(backends).containsExactlyInAnyOrderElementsOf(cluster.workers());
    }

    private static String second(Pod pod) {
        return pod.getStatus().getPodIPs().stream()
                .skip(1)
                .map(PodIP::getIp)
                .findFirst()
                .orElseThrow(() -> new AssertionError(pod.getMetadata().getName() + " has one address only"));
    }
}
