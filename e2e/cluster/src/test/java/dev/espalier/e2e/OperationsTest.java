package dev.espalier.e2e;

import static dev.espalier.e2e.Workloads.ip;
import static dev.espalier.e2e.Workloads.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.espalier.crds.v1alpha1.IPSecAuthority;
import dev.espalier.crds.v1alpha1.IPSecNode;
import dev.espalier.crds.v1alpha1.IPSecPolicy;
import dev.espalier.crds.v1alpha1.PeerState;
import dev.espalier.crds.v1alpha1.StatusCondition;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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

/** What an operator of a cluster does to it, and what goes wrong by itself, while traffic goes on. */
@Tag("cluster")
@org.junit.jupiter.api.Order(2)
@ExtendWith(ClusterSuite.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OperationsTest {
    private final Session session;
    private final Cluster cluster;
    private final Workloads workloads;

    OperationsTest(Session session) {
        this.session = session;
        cluster = session.cluster();
        workloads = session.workloads();
    }

    @BeforeEach
    void isInstalled() {
        assumeThat(session.sealed()).as("Espalier is installed").isTrue();
    }

    @Test
    @Order(1)
    @DisplayName("the policy is Ready, every pair of nodes has its SAs, and what pods say travels in ESP alone")
    void sealed() {
        awaitPolicyReady();
        int peers = cluster.nodes().size() - 1;
        for (IPSecNode node : nodes()) {
            assertThat(node.getStatus().peers())
                    .as(node.getMetadata().getName())
                    .hasSize(peers)
                    .allMatch(peer -> peer.state() == PeerState.ESTABLISHED);
        }
        long before = session.underlay().esp();
        Pod from = workloads.echoes().getFirst();
        Pod to = workloads.echoes().getLast();
        cluster.exec(from, "ping", "-c", "20", "-i", "0.05", "-W", "2", ip(to));
        assertThat(session.underlay().esp() - before).isGreaterThanOrEqualTo(40);
    }

    @Test
    @Order(2)
    @DisplayName("a clear packet between pod addresses is seen by the captures, and reaches no pod")
    void plantedPacket() {
        assumeThat(cluster.settings().hasOutside())
                .as("a host beside the nodes")
                .isTrue();
        Pod victim = workloads.echoes().getLast();
        String forged = ip(workloads.echoes().getFirst());
        long before = session.underlay().leaks();
        String address = cluster.address(node(victim));
        cluster.outside("ip", "addr", "add", forged + "/32", "dev", "lo");
        try {
            cluster.outside("ip", "route", "add", ip(victim) + "/32", "via", address);
            Commands.Result ping =
                    cluster.tryOutside("ping", "-c", "3", "-i", "0.2", "-W", "1", "-I", forged, ip(victim));
            assertThat(ping.ok()).as("a reply in clear: %s", ping.out()).isFalse();
        } finally {
            cluster.tryOutside("ip", "route", "del", ip(victim) + "/32", "via", address);
            cluster.tryOutside("ip", "addr", "del", forged + "/32", "dev", "lo");
        }
        // Every capture sees what is on its own link: these three came in by one of them.
        long seen = session.underlay().leaks() - before;
        session.underlay().planted(seen);
        assertThat(seen).isEqualTo(3);
    }

    @Test
    @Order(3)
    @DisplayName("both operators are replaced and no packet is lost; the policy is Ready again")
    void operatorRestart() {
        List<String> names = names(session.release().operators());
        try (Load load = load()) {
            session.release().operators().forEach(this::kill);
            session.release().awaitReplaced(names);
            Load.Outcome outcome = load.end();
            session.report().figure("operators replaced", outcome.toString());
            assertThat(outcome.lost()).isZero();
            assertUnbroken(outcome);
        }
        awaitPolicyReady();
    }

    @Test
    @Order(4)
    @DisplayName("an agent that is killed comes back by itself: no connection breaks and nothing leaves in clear")
    void agentKilled() {
        String node = node(workloads.echoes().getLast());
        int restarts = restarts(node);
        try (Load load = load()) {
            Waiting.pause(Duration.ofSeconds(2));
            long killed = System.nanoTime();
            // Of this node's network namespace, since nodes may share their process space.
            cluster.onNode(
                    node,
                    "sh",
                    "-c",
                    "for p in /proc/[0-9]*; do "
                            + "[ \"$(readlink $p/ns/net)\" = \"$(readlink /proc/self/ns/net)\" ] || continue; "
                            + "[ \"$(cat $p/comm 2>/dev/null)\" = java ] || continue; "
                            + "tr '\\0' ' ' <$p/cmdline 2>/dev/null | grep -q node-agent && kill -9 ${p#/proc/}; "
                            + "done; true");
            Waiting.until(
                    "the agent of " + node + " runs again", Duration.ofMinutes(2), () -> restarts(node) > restarts);
            session.release().awaitReady();
            assertReaches(workloads.echoes().getFirst(), workloads.echoes().getLast());
            session.report().figure("agent of " + node + " killed, Ready and sealed after", Report.since(killed));
            Load.Outcome outcome = load.end();
            session.report().figure("meanwhile", outcome.toString());
            assertUnbroken(outcome);
        }
    }

    @Test
    @Order(5)
    @DisplayName("the CA is rolled in three stages under load and no packet is lost")
    void caRoll() {
        var authorities = cluster.client().resources(IPSecAuthority.class);
        Waiting.until(
                "the authority is there",
                Duration.ofSeconds(30),
                () -> authorities.withName(IPSecAuthority.NAME).get() != null
                        && authorities.withName(IPSecAuthority.NAME).get().getStatus() != null);
        String old = signer();
        try (Load load = load()) {
            long started = System.nanoTime();
            String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
            authorities.withName(IPSecAuthority.NAME).edit(authority -> {
                authority.setSpec(new dev.espalier.crds.v1alpha1.IPSecAuthoritySpec(now));
                return authority;
            });
            Waiting.until(
                    "every node has a certificate of the new CA and trusts no other",
                    Duration.ofSeconds(70),
                    () -> !signer().equals(old)
                            && nodes().stream()
                                    .allMatch(node -> node.getStatus().certificate() != null
                                            && signer().equals(node.getStatus()
                                                    .certificate()
                                                    .issuerFingerprint())
                                            && node.getStatus()
                                                    .certificate()
                                                    .trustAnchors()
                                                    .equals(List.of(signer()))),
                    () -> authorities
                            .withName(IPSecAuthority.NAME)
                            .get()
                            .getStatus()
                            .toString());
            session.report().figure("CA rolled on all nodes", Report.since(started));
            Load.Outcome outcome = load.end();
            session.report().figure("meanwhile", outcome.toString());
            assertThat(outcome.lost()).isZero();
            assertUnbroken(outcome);
        }
        awaitPolicyReady();
    }

    @Test
    @Order(6)
    @DisplayName("a node whose link is cut comes back sealed")
    void cut() {
        String node = node(workloads.echoes().getLast());
        assumeThat(cluster.settings().cut(node)).as("--cut was given").isPresent();
        Commands.run(cluster.settings().cut(node).orElseThrow());
        Waiting.pause(Duration.ofSeconds(5));
        Commands.run(cluster.settings().heal(node).orElseThrow());
        long started = System.nanoTime();
        awaitReaches(workloads.echoes().getFirst(), workloads.echoes().getLast(), Duration.ofSeconds(30));
        session.report().figure("link cut for 5 s, then sealed again after", Report.since(started));
    }

    @Test
    @Order(7)
    @DisplayName(
            "helm upgrade replaces every agent and operator under load: no connection breaks and nothing leaves in clear")
    void upgrade() {
        List<Pod> before = Stream.concat(session.release().agents().stream(), session.release().operators().stream())
                .toList();
        try (Load load = load()) {
            long started = System.nanoTime();
            session.release().upgrade("again");
            session.release().awaitReplaced(names(before));
            assertReaches(workloads.echoes().getFirst(), workloads.echoes().getLast());
            session.report().figure("helm upgrade of all nodes", Report.since(started));
            Load.Outcome outcome = load.end();
            session.report().figure("meanwhile", outcome.toString());
            assertUnbroken(outcome);
        }
        awaitPolicyReady();
    }

    private Load load() {
        return Load.between(
                cluster, workloads.echoes().getFirst(), workloads.echoes().getLast(), Duration.ofMinutes(6));
    }

    private void assertUnbroken(Load.Outcome outcome) {
        assertThat(outcome.broken()).as(outcome.said()).isZero();
    }

    private static List<String> names(List<Pod> pods) {
        return pods.stream().map(pod -> pod.getMetadata().getName()).toList();
    }

    private int restarts(String node) {
        return session.release().agentOn(node).getStatus().getContainerStatuses().stream()
                .mapToInt(ContainerStatus::getRestartCount)
                .sum();
    }

    private void kill(Pod pod) {
        cluster.client()
                .pods()
                .inNamespace(HelmRelease.NAMESPACE)
                .withName(pod.getMetadata().getName())
                .delete();
    }

    private void assertReaches(Pod from, Pod to) {
        awaitReaches(from, to, Duration.ofSeconds(30));
    }

    private void awaitReaches(Pod from, Pod to, Duration limit) {
        Waiting.until(
                node(from) + " reaches " + node(to),
                limit,
                () -> cluster.tryExec(from, "ping", "-c", "1", "-W", "1", ip(to))
                        .ok());
    }

    private void awaitPolicyReady() {
        Waiting.until(
                "every policy is Ready",
                Duration.ofMinutes(1),
                this::policiesReady,
                () -> policies().stream()
                        .map(policy -> policy.getMetadata().getName() + ": " + policy.getStatus())
                        .toList()
                        .toString());
    }

    private boolean policiesReady() {
        return !policies().isEmpty()
                && policies().stream()
                        .allMatch(policy -> policy.getStatus() != null
                                && StatusCondition.isTrue(policy.getStatus().conditions(), "Ready"));
    }

    private List<IPSecPolicy> policies() {
        return cluster.client().resources(IPSecPolicy.class).list().getItems();
    }

    private List<IPSecNode> nodes() {
        return cluster.client().resources(IPSecNode.class).list().getItems();
    }

    private String signer() {
        return cluster.client()
                .resources(IPSecAuthority.class)
                .withName(IPSecAuthority.NAME)
                .require()
                .getStatus()
                .anchors()
                .getFirst()
                .fingerprint();
    }
}
