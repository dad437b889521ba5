package dev.espalier.operator.wiring;

import dev.espalier.crds.v1alpha1.IPSecAuthority;
import dev.espalier.crds.v1alpha1.IPSecNode;
import dev.espalier.crds.v1alpha1.IPSecPeer;
import dev.espalier.crds.v1alpha1.IPSecPolicy;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.Operator;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jboss.logging.Logger;

/** Starts the operator once the API server answers and knows the kinds; says what it waits for meanwhile. */
@Singleton
class Start {
    private static final Logger LOG = Logger.getLogger(Start.class);
    private static final List<Class<? extends HasMetadata>> KINDS =
            List.of(IPSecPolicy.class, IPSecNode.class, IPSecPeer.class, IPSecAuthority.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final int POLLS_PER_MESSAGE = 10;

    private final Operator operator;
    private final KubernetesClient client;
    private final LeaseHolder lease;
    private volatile boolean stopping;
    private volatile boolean started;

    Start(Operator operator, KubernetesClient client, LeaseHolder lease) {
        this.lease = lease;
        this.operator = operator;
        this.client = client;
    }

    void onStart(@Observes StartupEvent event) {
        LOG.infof("connecting to %s", client.getMasterUrl());
        Thread.ofVirtual().name("start").start(this::start);
    }

    void onStop(@Observes ShutdownEvent event) {
        stopping = true;
        lease.end();
        if (started) {
            operator.stop();
        }
    }

    boolean isStarted() {
        return started;
    }

    private void start() {
        try {
            for (int poll = 0; !stopping; poll++) {
                String missing = missing();
                if (missing.isEmpty()) {
                    operator.start();
                    started = true;
                    LOG.info("the API server knows the kinds; waiting to be leader");
                    return;
                }
                if (poll % POLLS_PER_MESSAGE == 0) {
                    LOG.warn(missing);
                }
                Thread.sleep(POLL);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("the operator could not start", e);
            Quarkus.asyncExit(1);
        }
    }

    /** What there is to wait for; empty when nothing. All at once: on the way to the first sealed packet, every round trip counts. */
    private String missing() throws InterruptedException {
        try (ExecutorService asking = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<String>> questions = new ArrayList<>();
            KINDS.forEach(kind -> questions.add(() -> missing(kind)));
            for (Future<String> answer : asking.invokeAll(questions)) {
                if (!answer.get().isEmpty()) {
                    return answer.get();
                }
            }
            return "";
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private String missing(Class<? extends HasMetadata> kind) {
        try {
            client.resources(kind).list(new ListOptionsBuilder().withLimit(1L).build());
            return "";
        } catch (KubernetesClientException e) {
            return e.getCode() == HttpURLConnection.HTTP_NOT_FOUND
                    ? "waiting for the CRDs: the API server does not know " + HasMetadata.getFullResourceName(kind)
                            + " (kubectl apply -f deploy/manifests/crds)"
                    : "waiting for the API server: " + e.getMessage();
        }
    }
}
