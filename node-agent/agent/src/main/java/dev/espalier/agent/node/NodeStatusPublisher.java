package dev.espalier.agent.node;

import dev.espalier.agent.observe.CertificateReport;
import dev.espalier.agent.observe.NodeStatusPlan;
import dev.espalier.agent.observe.StatusPace;
import dev.espalier.crds.v1alpha1.IPSecNode;
import dev.espalier.crds.v1alpha1.IPSecNodeStatus;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes the status of this node's {@code IPSecNode} when {@link StatusPace} says that it is worth it, and nothing at all while nothing
 * differs. One virtual thread.
 */
public final class NodeStatusPublisher implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(NodeStatusPublisher.class);
    private static final PatchContext APPLY = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager("espalier-agent")
            .withForce(true)
            .build();
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration LEAST_PAUSE = Duration.ofSeconds(2);

    private final KubernetesClient client;
    private final Supplier<Optional<IPSecNode>> ownNode;
    private final AgentView view;
    private final String version;
    private final Thread thread;
    private @Nullable IPSecNodeStatus written;
    private String writtenUid = "";
    private long writtenNanos;
    private String lastError = "";

    /** @param ownNode this node's object as the API last showed it */
    public NodeStatusPublisher(
            KubernetesClient client, Supplier<Optional<IPSecNode>> ownNode, AgentView view, String version) {
        this.client = client;
        this.ownNode = ownNode;
        this.view = view;
        this.version = version;
        this.thread = Thread.ofVirtual().name("node status").unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void run() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                ownNode.get().ifPresent(this::publish);
                TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                LOG.error("making the status of this node's IPSecNode", e);
                pause();
            }
        }
    }

    private void publish(IPSecNode node) {
        String uid = node.getMetadata().getUid();
        if (!writtenUid.equals(uid)) {
            // A new object of the same name has nothing of what was written into the old one.
            writtenUid = uid;
            written = null;
        }
        IPSecNodeStatus previous = written == null ? node.getStatus() : written;
        IPSecNodeStatus next = NodeStatusPlan.of(facts(node), previous, Instant.now());
        IPSecNodeStatus.Totals totals = next.totals();
        boolean due = StatusPace.isDue(
                written,
                next,
                Duration.ofNanos(System.nanoTime() - writtenNanos),
                totals == null ? 1 : totals.peers() + 1);
        if (due) {
            write(node.getMetadata().getName(), next);
        }
    }

    private void write(String name, IPSecNodeStatus status) {
        IPSecNode node = new IPSecNode();
        node.setMetadata(new ObjectMetaBuilder().withName(name).build());
        node.setStatus(status);
        writtenNanos = System.nanoTime();
        try {
            client.resource(node).subresource("status").patch(APPLY);
            written = status;
            lastError = "";
        } catch (KubernetesClientException e) {
            // Said once until it works again: with the API away this happens every two seconds.
            if (!lastError.equals(e.getMessage())) {
                lastError = String.valueOf(e.getMessage());
                LOG.warnf("the status of IPSecNode %s cannot be written: %s", name, lastError);
            }
            pause();
        }
    }

    private NodeStatusPlan.Facts facts(IPSecNode node) {
        Long generation = node.getMetadata().getGeneration();
        return new NodeStatusPlan.Facts(
                generation == null ? 0 : generation,
                version,
                view.policiesInForce(),
                view.notReady(),
                CertificateReport.of(view.credentials()),
                view.peers(),
                view.rekeys().ike() + view.rekeys().child(),
                view.drops());
    }

    private static void pause() {
        try {
            TimeUnit.NANOSECONDS.sleep(LEAST_PAUSE.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
