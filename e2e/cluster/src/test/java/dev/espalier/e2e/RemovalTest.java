package dev.espalier.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The last thing the suite does to a cluster. */
@Tag("cluster")
@Order(9)
@ExtendWith(ClusterSuite.class)
class RemovalTest {
    private final Session session;

    RemovalTest(Session session) {
        this.session = session;
    }

    @Test
    @DisplayName(
            "helm uninstall leaves no route, rule, device, packet filter or file on any node, and another plugin as it was")
    void uninstall() {
        assumeThat(session.sealed()).as("Espalier is installed").isTrue();
        boolean chained = session.cluster().settings().mode() == Settings.Mode.CHAINED;
        if (!chained) {
            // Without a CNI plugin there is no way for kubelet to take pods down.
            session.workloads().stop();
        }
        long began = System.nanoTime();
        session.installation().uninstall();
        session.report().figure("helm uninstall until its pods are gone", Report.since(began));
        long leaks = session.underlay().endOfProtection();
        assertThat(leaks).as("in clear until all was removed").isZero();
        for (String node : session.cluster().addresses().keySet()) {
            assertThat(session.cluster().onNode(node, "sh", "-c", """
                    ip -o link | grep -oE '(espalier|esp[0-9a-f]{11,12})[^:@ ]*'
                    for family in -4 -6; do
                      ip $family rule | grep -E 'lookup 77[0-9][0-9]'
                      ip $family route show table all | grep -E 'table 77[0-9][0-9]|dev espalier0|proto 77'
                    done
                    nft list tables 2>/dev/null | grep espalier
                    ls -d /opt/cni/bin/*espalier* /etc/cni/net.d/*espalier* /run/espalier/* 2>/dev/null
                    grep -l espalier /etc/cni/net.d/* 2>/dev/null
                    true""").strip())
                    .as("left on %s", node)
                    .isEmpty();
        }
        if (chained) {
            theOtherPluginIsAsBefore();
        }
    }

    /** Pods of while Espalier was there, and one of after, reach each other, which only the other plugin's own wiring can do now. */
    private void theOtherPluginIsAsBefore() {
        Cluster cluster = session.cluster();
        String last = cluster.workers().getLast();
        Pod after = session.workloads().start("after", "after", last, "exec traffic serve after 8080 0 0", "");
        List<Pod> pods = Stream.concat(session.workloads().echoes().stream(), Stream.of(after))
                .toList();
        long before = session.underlay().clearPackets("tcp port 8080");
        for (Pod from : pods) {
            for (Pod to : pods) {
                assertThat(cluster.exec(from, "traffic", "who", Workloads.ip(to), "8080", "1"))
                        .as(
                                "%s to %s",
                                from.getMetadata().getName(), to.getMetadata().getName())
                        .endsWith(" " + Workloads.ip(from) + "\n");
            }
        }
        assertThat(session.underlay().clearPackets("tcp port 8080") - before)
                .as("packets that the other plugin's routes carried")
                .isPositive();
    }
}
