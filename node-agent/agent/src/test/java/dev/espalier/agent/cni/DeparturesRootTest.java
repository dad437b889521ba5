package dev.espalier.agent.cni;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.linux.netlink.Batch;
import dev.espalier.linux.netlink.Link;
import dev.espalier.linux.netlink.Rtnetlink;
import dev.espalier.linux.netlink.VethPair;
import dev.espalier.linux.netns.NetworkNamespace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Pods' interfaces taken away, many at a time, in a real namespace. */
@Tag("root")
class DeparturesRootTest {
    private static final String NAME = "esp-leave" + ProcessHandle.current().pid();
    private static final int PODS = 20;

    private NetworkNamespace namespace;
    private Rtnetlink netlink;
    private Departures departures;

    @BeforeEach
    void open() throws IOException {
        namespace = NetworkNamespace.create(NAME);
        netlink = namespace.call(Rtnetlink::open);
        departures = new Departures(namespace.call(Rtnetlink::open));
        Batch batch = netlink.batch();
        for (int i = 0; i < PODS; i++) {
            batch.createVeth(new VethPair("esp" + i, null, "eth" + i, null, null, 1400, PodWiring.POD_GROUP))
                    .ensure(PodWiring.rule(false, "esp" + i))
                    .ensure(PodWiring.rule(true, "esp" + i));
        }
        batch.run();
    }

    @AfterEach
    void close() throws IOException {
        departures.close();
        netlink.close();
        namespace.close();
        NetworkNamespace.delete(NAME);
    }

    @Test
    @Tag("CNI-11")
    void allThatAreAskedForAtATimeAreGoneWhenTheCallReturnsAndNoOthers() throws Exception {
        try (ExecutorService callers = Executors.newFixedThreadPool(PODS)) {
            List<Future<Boolean>> gone = new ArrayList<>();
            for (int i = 1; i < PODS; i++) {
                String name = "esp" + i;
                gone.add(callers.submit(() -> {
                    departures.remove(name);
                    return netlink.links().find(name).isEmpty();
                }));
            }
            for (Future<Boolean> answer : gone) {
                assertThat(answer.get()).isTrue();
            }
        }

        assertThat(netlink.links().list()).extracting(Link::name).containsExactlyInAnyOrder("lo", "esp0", "eth0");
        for (boolean v6 : new boolean[] {false, true}) {
            assertThat(netlink.rules().list(v6))
                    .filteredOn(rule -> rule.priority() == PodWiring.RULE_PRIORITY)
                    .containsExactly(PodWiring.rule(v6, "esp0"));
        }
    }

    @Test
    @Tag("CNI-06")
    void whatIsGoneAlreadyIsNoErrorAndItsRuleGoes() throws IOException {
        netlink.links().delete("esp3");

        departures.remove("esp3");
        departures.remove("esp3");

        assertThat(netlink.rules().list(false)).doesNotContain(PodWiring.rule(false, "esp3"));
        assertThat(netlink.links().list()).hasSize(1 + 2 * (PODS - 1));
    }
}
