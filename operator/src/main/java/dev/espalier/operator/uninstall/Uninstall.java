package dev.espalier.operator.uninstall;

import dev.espalier.operator.uninstall.UninstallPlan.Progress;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.fabric8.kubernetes.client.vertx.VertxHttpClientFactory;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;

/**
 * {@code espalier-operator uninstall [TIMEOUT]}: takes Espalier off every node, by way of the agents' DaemonSet, and waits until it is. The chart runs it before its
 * objects are deleted. Ends with 1 when a node was not done in time (5 minutes): that node stays closed, and is named.
 */
public final class Uninstall {
    private static final String NAMESPACE = "espalier-system";
    private static final String AGENTS = "espalier-agent";
    private static final Duration PERIOD = Duration.ofMillis(500);
    private static final int NOT_DONE = 1;
    private static final int USAGE = 2;

    private final KubernetesClient client;

    Uninstall(KubernetesClient client) {
        this.client = client;
    }

    public static void main(String... args) throws InterruptedException {
        Duration timeout;
        try {
            timeout = Duration.parse(args.length == 0 ? "PT5M" : args[0]);
        } catch (DateTimeParseException e) {
            System.err.println("usage: espalier-operator uninstall [TIMEOUT, such as PT5M]");
            System.exit(USAGE);
            return;
        }
        boolean done = false;
        try (KubernetesClient client = new KubernetesClientBuilder()
                .withHttpClientFactory(new VertxHttpClientFactory())
                .build()) {
            done = new Uninstall(client).run(System.nanoTime() + timeout.toNanos());
        } catch (KubernetesClientException e) {
            System.err.println("espalier: " + e.getMessage());
        }
        System.exit(done ? 0 : NOT_DONE);
    }

    /**
     * Does it.
     *
     * @param deadline as {@link System#nanoTime()}
     * @return whether every node is done
     */
    boolean run(long deadline) throws InterruptedException {
        Resource<DaemonSet> agents =
                client.apps().daemonSets().inNamespace(NAMESPACE).withName(AGENTS);
        if (agents.get() == null) {
            System.out.println("espalier: there are no agents");
            return true;
        }
        agents.edit(UninstallPlan::uninstalling);
        int said = -1;
        while (true) {
            DaemonSet now = agents.get();
            if (now == null) {
                System.err.println("espalier: the agents were deleted meanwhile; their nodes stay as they were");
                return false;
            }
            Progress progress = UninstallPlan.progress(now);
            if (progress.done() != said) {
                said = progress.done();
                System.out.printf("espalier: %d of %d nodes are free of it%n", progress.done(), progress.nodes());
            }
            if (progress.complete()) {
                return true;
            }
            if (System.nanoTime() - deadline >= 0) {
                System.err.println("espalier: not done in time on " + String.join(", ", unfinished()));
                return false;
            }
            Thread.sleep(PERIOD);
        }
    }

    private List<String> unfinished() {
        return client
                .pods()
                .inNamespace(NAMESPACE)
                .withLabel("app.kubernetes.io/name", AGENTS)
                .list()
                .getItems()
                .stream()
                .filter(pod -> !Readiness.isPodReady(pod))
                .map(Uninstall::nodeOf)
                .sorted()
                .toList();
    }

    private static String nodeOf(Pod pod) {
        return String.valueOf(pod.getSpec().getNodeName());
    }
}
