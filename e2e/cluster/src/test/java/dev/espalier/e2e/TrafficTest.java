package dev.espalier.e2e;

import static dev.espalier.e2e.Workloads.ip;
import static dev.espalier.e2e.Workloads.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** What pods say to each other and to the rest of the world; each with the leak check of {@link ClusterSuite}. */
@Tag("cluster")
@Order(1)
@ExtendWith(ClusterSuite.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TrafficTest {
    private final Session session;
    private final Cluster cluster;
    private final Workloads workloads;

    TrafficTest(Session session) {
        this.session = session;
        cluster = session.cluster();
        workloads = session.workloads();
    }

    @Test
    @Order(1)
    @DisplayName("every pod reaches every pod, and is seen under its own address")
    void podToPod() {
        for (Pod from : workloads.echoes()) {
            for (Pod to : workloads.echoes()) {
                String answer = cluster.exec(from, "traffic", "who", ip(to), "8080", "1");
                assertThat(answer.strip()).isEqualTo(node(to) + " " + ip(from));
            }
        }
    }

    @Test
    @Order(2)
    @DisplayName("a ClusterIP service leads to every backend, over TCP and UDP")
    void clusterIp() {
        String address = service("echo").getSpec().getClusterIP();
        Pod from = workloads.echoes().getFirst();
        assertThat(backends(cluster.exec(from, "traffic", "who", address, "80", "40")))
                .containsExactlyInAnyOrderElementsOf(workers());
        assertThat(backends(cluster.exec(from, "traffic", "udp", address, "80", "40")))
                .containsExactlyInAnyOrderElementsOf(workers());
    }

    @Test
    @Order(3)
    @DisplayName("a NodePort of any node leads to every backend, from outside, from a node and from a pod")
    void nodePort() {
        for (String node : workers()) {
            String address = cluster.address(node);
            String url = "http://" + address + ":" + Workloads.NODE_PORT + "/";
            String loop = "for i in $(seq 30); do curl -s --max-time 5 " + url + " || echo failed; done";
            assertThat(backends(cluster.outside("sh", "-c", loop)))
                    .as("from outside by " + node)
                    .containsExactlyInAnyOrderElementsOf(workers());
            assertThat(backends(cluster.inNetworkOf(workers().getFirst(), "sh", "-c", loop)))
                    .as("from a node by " + node)
                    .containsExactlyInAnyOrderElementsOf(workers());
            assertThat(backends(cluster.exec(
                            workloads.echoes().getFirst(),
                            "traffic",
                            "who",
                            address,
                            Integer.toString(Workloads.NODE_PORT),
                            "30")))
                    .as("from a pod by " + node)
                    .containsExactlyInAnyOrderElementsOf(workers());
        }
    }

    @Test
    @Order(4)
    @DisplayName("a headless service's name resolves to every pod, and each answers")
    void headless() {
        String name = "echo-headless.espalier-e2e.svc.cluster.local";
        List<String> addresses = cluster
                .client()
                .endpoints()
                .inNamespace(Workloads.NAMESPACE)
                .withName("echo-headless")
                .require()
                .getSubsets()
                .stream()
                .flatMap(subset -> subset.getAddresses().stream())
                .map(address -> address.getIp())
                .toList();
        cluster.exec(workloads.dns(), "sh", "-c", "echo '" + name + " " + String.join(" ", addresses) + "' >/tmp/zone");
        Pod client = workloads.start(
                "resolver", "resolver", workers().getLast(), "exec traffic serve r 8080 0 0", """
                dnsPolicy: None
                dnsConfig: {nameservers: [%s], searches: [espalier-e2e.svc.cluster.local], options: [{name: ndots, value: "5"}]}
                """.formatted(
                                service("dns").getSpec().getClusterIP()));
        List<String> resolved = cluster.exec(client, "traffic", "resolve", "echo-headless")
                .lines()
                .toList();
        assertThat(resolved)
                .containsExactlyInAnyOrderElementsOf(
                        workloads.echoes().stream().map(Workloads::ip).toList());
        for (String address : resolved) {
            assertThat(cluster.exec(client, "traffic", "who", address, "8080", "1"))
                    .contains(ip(client));
        }
        workloads.remove(client);
    }

    @Test
    @Order(5)
    @DisplayName("a pod on a host's network reaches every pod, and every pod reaches it")
    void hostNetwork() {
        for (Pod host : workloads.hosts()) {
            for (Pod pod : workloads.echoes()) {
                assertThat(backends(cluster.exec(host, "traffic", "who", ip(pod), "8080", "1")))
                        .as(node(host) + "'s host to the pod of " + node(pod))
                        .containsExactly(node(pod));
                assertThat(backends(cluster.exec(pod, "traffic", "who", ip(host), "18080", "1")))
                        .as("the pod of " + node(pod) + " to " + node(host) + "'s host")
                        .containsExactly("host-" + node(host));
                assertThat(backends(cluster.exec(pod, "traffic", "udp", ip(host), "18080", "1")))
                        .containsExactly("host-" + node(host));
            }
        }
    }

    @Test
    @Order(6)
    @DisplayName("a node reaches every pod by ping and TCP")
    void nodeToPod() {
        for (String node : workers()) {
            for (Pod pod : workloads.echoes()) {
                cluster.inNetworkOf(node, "ping", "-c", "2", "-i", "0.2", "-W", "2", ip(pod));
                assertThat(cluster.inNetworkOf(node, "curl", "-s", "--max-time", "5", "http://" + ip(pod) + ":8080/"))
                        .startsWith(node(pod) + " ");
            }
        }
    }

    @Test
    @Order(7)
    @DisplayName("a pod reaches the API server by its own and by its service address")
    void podToOutside() {
        assumeThat(cluster.settings().mode())
                .as("without Espalier nobody masquerades")
                .isNotEqualTo(Settings.Mode.NONE);
        var subset = cluster.client()
                .endpoints()
                .inNamespace("default")
                .withName("kubernetes")
                .require()
                .getSubsets()
                .getFirst();
        String server = subset.getAddresses().getFirst().getIp();
        // Beyond the nodes it is up to the other plugin with which address pods are seen, and up to the network whether
        // there is a way back.
        assumeThat(cluster.settings().mode() == Settings.Mode.MAIN
                        || cluster.addresses().containsValue(server))
                .as("without another CNI plugin, or with the API server on a node")
                .isTrue();
        String port = subset.getPorts().getFirst().getPort().toString();
        String service = cluster.client()
                .services()
                .inNamespace("default")
                .withName("kubernetes")
                .require()
                .getSpec()
                .getClusterIP();
        for (Pod pod : workloads.echoes()) {
            // A TLS server answers a line that is no TLS in clear: as good a proof that both directions pass as any.
            String line = "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | timeout 5 nc %s %s | head -n 1";
            assertThat(cluster.exec(pod, "sh", "-c", line.formatted(server, port)))
                    .contains("400");
            assertThat(cluster.exec(pod, "sh", "-c", line.formatted(service, "443")))
                    .contains("400");
        }
    }

    @Test
    @Order(8)
    @DisplayName(
            "names resolve over UDP and TCP, also when the answer needs TCP, by the service of a server on another node")
    void dns() {
        String server = service("dns").getSpec().getClusterIP();
        cluster.exec(workloads.dns(), "sh", "-c", "echo 'a.test 192.0.2.7' >>/tmp/zone");
        for (Pod pod : workloads.echoes()) {
            for (String via : List.of("udp", "tcp")) {
                assertThat(cluster.exec(pod, "traffic", "dns", server, "53", "a.test", "A", via)
                                .lines())
                        .containsExactly("code 0", "192.0.2.7");
                assertThat(cluster.exec(pod, "traffic", "dns", server, "53", "none.test", "A", via)
                                .lines())
                        .containsExactly("code 3");
            }
            assertThat(cluster.exec(pod, "traffic", "dns", server, "53", "large.test", "TXT", "udp")
                            .lines())
                    .containsExactly("code 0 truncated");
            assertThat(cluster.exec(pod, "traffic", "dns", server, "53", "large.test", "TXT", "tcp")
                            .lines())
                    .hasSize(21);
        }
    }

    @Test
    @Order(9)
    @DisplayName(
            "large packets pass: bulk TCP, fragments, and a packet that must not be fragmented is refused by its size")
    void largePackets() {
        Pod from = workloads.echoes().getFirst();
        Pod to = workloads.echoes().getLast();
        session.report()
                .figure(
                        "8 MiB between two nodes",
                        cluster.exec(from, "traffic", "bulk", ip(to), "8080", "8388608")
                                .strip());
        cluster.exec(from, "ping", "-c", "3", "-i", "0.2", "-W", "2", "-s", "4000", ip(to));
        int mtu = session.innerMtu(from);
        cluster.exec(
                from, "ping", "-c", "2", "-i", "0.2", "-W", "2", "-M", "do", "-s", Integer.toString(mtu - 28), ip(to));
        Commands.Result tooLarge = cluster.tryExec(
                from, "ping", "-c", "2", "-i", "0.2", "-W", "1", "-M", "do", "-s", Integer.toString(mtu - 27), ip(to));
        assertThat(tooLarge.ok()).isFalse();
        assertThat(tooLarge.out()).containsPattern(Workloads.TOO_LARGE);
    }

    @Test
    @Order(10)
    @DisplayName("a pod holds 1,000 connections to a pod of another node")
    void thousandConnections() {
        assertThat(cluster.exec(
                        workloads.echoes().getFirst(),
                        "traffic",
                        "hold",
                        ip(workloads.echoes().getLast()),
                        "8080",
                        "1000"))
                .contains("held 1000");
    }

    @Test
    @Order(11)
    @DisplayName("a terminating pod serves its open connections until it ends")
    void terminatingPod() {
        // The shell is told to end and takes six seconds for it, as a server that drains would.
        String command = "trap 'sleep 6; exit' TERM; traffic serve leaving 8080 0 0 & wait";
        String grace = "terminationGracePeriodSeconds: 15";
        Pod server = workloads.start("leaving", "leaving", workers().getLast(), command, grace);
        Pod client = workloads.echoes().getFirst();
        try (Cluster.Running connection = cluster.start(client, "traffic", "session", ip(server), "8080", "30")) {
            connection.awaitOutput("connected");
            cluster.client()
                    .pods()
                    .inNamespace(Workloads.NAMESPACE)
                    .withName("leaving")
                    .delete();
            String[] end = connection
                    .await(Duration.ofMinutes(1))
                    .out()
                    .strip()
                    .split("exchanges ", 2)[1]
                    .split(" ", 2);
            // Ten a second for six seconds; half of them on a machine that is busy.
            assertThat(Integer.parseInt(end[0])).isGreaterThan(30);
            assertThat(end[1]).startsWith("closed");
        }
    }

    private List<String> workers() {
        return cluster.workers();
    }

    private Service service(String name) {
        return cluster.client()
                .services()
                .inNamespace(Workloads.NAMESPACE)
                .withName(name)
                .require();
    }

    private static List<String> backends(String answers) {
        return answers.lines().map(line -> line.split(" ", 2)[0]).distinct().collect(Collectors.toList());
    }
}
