package dev.espalier.agent.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.crds.v1alpha1.IPSecNode;
import dev.espalier.crds.v1alpha1.IPSecNodeSpec;
import dev.espalier.crds.v1alpha1.IPSecPolicy;
import dev.espalier.crds.v1alpha1.IPSecPolicySpec;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient(crud = true)
class KubernetesSourceTest {
    @SuppressWarnings("NullAway.Init") // set by the extension
    private KubernetesClient client;

    @SuppressWarnings("NullAway.Init") // set by the extension
    private KubernetesMockServer server;

    private final List<NodeView> views = new CopyOnWriteArrayList<>();
    private volatile List<String> problems = List.of();

    @SuppressWarnings("NullAway.Init") // set before each test
    private KubernetesSource source;

    @BeforeEach
    void startSource() {
        source = new KubernetesSource(client, "n1");
        source.start(new NodeViewSource.Listener() {
            @Override
            public void viewChanged(NodeView view) {
                views.add(view);
            }

            @Override
            public void problemsChanged(List<String> changed) {
                problems = changed;
            }
        });
    }

    @AfterEach
    void closeSource() {
        source.close();
    }

    @Test
    void thereIsNoViewBeforeTheOwnNodeIsKnown() {
        node("n2", "10.2.0.0/24", "192.0.2.2");

        await().until(() -> problems.toString().contains("no IPSecNode 'n1'"));

        assertThat(views).isEmpty();
    }

    @Test
    void objectsBecomeAView() {
        node("n1", "10.1.0.0/24", "192.0.2.1");
        node("n2", "10.2.0.0/24", "192.0.2.2");
        policy("protect-all");

        await().until(() -> !views.isEmpty()
                && views.getLast().peers().size() == 1
                && views.getLast().policies().inForce().size() == 1);

        assertThat(views.getLast().own().name()).isEqualTo("n1");
        assertThat(source.ownNode()).isPresent();
        assertThat(problems).isEmpty();
    }

    @Test
    @Tag("F-13")
    void aNodeThatIsDeletedIsNoPeer() {
        node("n1", "10.1.0.0/24", "192.0.2.1");
        node("n2", "10.2.0.0/24", "192.0.2.2");
        await().until(() -> !views.isEmpty() && views.getLast().peers().size() == 1);

        client.resources(IPSecNode.class).withName("n2").delete();

        await().until(() -> views.getLast().peers().isEmpty());
    }

    @Test
    @Tag("OPR-05")
    @Tag("OPR-06")
    @Tag("F-05")
    void anApiThatIsAwayIsAProblemAndChangesNothing() {
        node("n1", "10.1.0.0/24", "192.0.2.1");
        node("n2", "10.2.0.0/24", "192.0.2.2");
        await().until(() -> !views.isEmpty() && views.getLast().peers().size() == 1);
        int before = views.size();

        server.shutdown();

        await().until(() -> problems.toString().contains("IPSecNode"));
        assertThat(views).hasSize(before);
        assertThat(source.ownNode()).isPresent();
    }

    @Test
    void aMalformedNodeIsNamedAndHoldsUpNoOther() {
        node("n1", "10.1.0.0/24", "192.0.2.1");
        node("n2", "10.2.0.1/24", "192.0.2.2");
        node("n3", "10.3.0.0/24", "192.0.2.3");

        await().until(() -> !views.isEmpty() && views.getLast().peers().size() == 1);

        assertThat(views.getLast().peers()).extracting(NodeEntry::name).containsExactly("n3");
        await().until(() -> problems.toString().contains("IPSecNode 'n2': not a CIDR: '10.2.0.1/24'"));
    }

    private void node(String name, String cidr, String address) {
        IPSecNode node = new IPSecNode();
        node.setMetadata(new ObjectMetaBuilder().withName(name).build());
        node.setSpec(new IPSecNodeSpec(name, List.of(cidr), List.of(address), List.of()));
        client.resource(node).create();
    }

    private void policy(String name) {
        IPSecPolicy policy = new IPSecPolicy();
        policy.setMetadata(new ObjectMetaBuilder().withName(name).build());
        policy.setSpec(IPSecPolicySpec.DEFAULT);
        client.resource(policy).create();
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50));
    }
}
