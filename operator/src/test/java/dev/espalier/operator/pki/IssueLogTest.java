package dev.espalier.operator.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient(crud = true)
class IssueLogTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    @SuppressWarnings("NullAway.Init") // by the extension
    private KubernetesClient client;

    @SuppressWarnings("NullAway.Init") // by the extension
    private KubernetesMockServer server;

    @Test
    @Tag("OPR-08")
    @Tag("CSR-06")
    void whoWaitsIsWrittenWithTheOthersAndTheLimitCountsThemAll() throws Exception {
        CountDownLatch firstIsWriting = new CountDownLatch(1);
        CountDownLatch othersWait = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        IssueLog log = new IssueLog(store(), (ledger, node) -> {
            if (asked.getAndIncrement() == 0) {
                firstIsWriting.countDown();
                await(othersWait);
            }
            return ledger.issuedSince(node, NOW.minusSeconds(1)) < 3
                    ? Optional.empty()
                    : Optional.of(new Denial(Denial.Reason.RATE_LIMITED, "three"));
        });
        List<Future<Optional<Denial>>> outcomes = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            outcomes.add(threads.submit(() -> log.add(certificate("a", 0), NOW)));
            await(firstIsWriting);
            for (int i = 1; i <= 4; i++) {
                int serial = i;
                outcomes.add(threads.submit(() -> log.add(certificate("a", serial), NOW)));
            }
            outcomes.add(threads.submit(() -> log.add(certificate("b", 9), NOW)));
            while (log.waiting() < 5) {
                Thread.onSpinWait();
            }
            othersWait.countDown();
        }

        List<Boolean> denied = new ArrayList<>();
        for (Future<Optional<Denial>> outcome : outcomes) {
            denied.add(outcome.get().isPresent());
        }
        assertThat(denied).filteredOn(Boolean::booleanValue).hasSize(2);
        Ledger written = Ledger.parse(ledger().getData());
        assertThat(written.issuedSince("a", NOW.minusSeconds(1))).isEqualTo(3);
        assertThat(written.issuedSince("b", NOW.minusSeconds(1))).isEqualTo(1);
        // One for the first alone, one for all that waited.
        assertThat(server.getRequestCount())
                .as("requests: two reads, two writes, and ours")
                .isEqualTo(5);
    }

    @Test
    @Tag("CSR-08")
    void whatCouldNotBeWrittenIsAnErrorOfItsOwnRequestAndTheNextOneIsWritten() {
        IssueLog log = new IssueLog(store(), (ledger, node) -> {
            if (node.equals("broken")) {
                throw new KubernetesClientException("503");
            }
            return Optional.empty();
        });

        assertThatThrownBy(() -> log.add(certificate("broken", 1), NOW)).hasMessage("503");
        assertThat(log.add(certificate("a", 2), NOW)).isEmpty();
        assertThat(ledger().getData()).containsOnlyKeys("a");
    }

    private ConfigMapStore store() {
        return new ConfigMapStore(client, PkiNames.LEDGER);
    }

    private ConfigMap ledger() {
        return client.configMaps()
                .inNamespace(PkiNames.NAMESPACE)
                .withName(PkiNames.LEDGER)
                .require();
    }

    private static IssuedCertificate certificate(String node, int serial) {
        return new IssuedCertificate("ab" + serial, node, "uid-" + node, NOW, NOW.plusSeconds(3600), Optional.empty());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
