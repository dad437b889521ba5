package dev.espalier.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

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
    @DisplayName("helm uninstall leaves no route, rule, device, packet filter or file on any node")
    void uninstall() {
        assumeThat(session.sealed()).as("Espalier is installed").isTrue();
        session.workloads().stop();
        session.installation().uninstall();
        for (String node : session.cluster().addresses().keySet()) {
            assertThat(session.cluster().onNode(node, "sh", "-c", """
                    ip -o link | grep -o 'espalier[^:@ ]*'
                    ip -o link show type veth | grep -v 'eth0@' | head -n 5
                    for family in -4 -6; do
                      ip $family rule | grep -E 'lookup 77[0-9][0-9]'
                      ip $family route show table all | grep -E 'table 77[0-9][0-9]|dev espalier0'
                    done
                    nft list tables 2>/dev/null | grep espalier
                    ls -d /opt/cni/bin/*espalier* /etc/cni/net.d/*espalier* /run/espalier/* 2>/dev/null
                    true""").strip())
                    .as("left on %s", node)
                    .isEmpty();
        }
    }
}
