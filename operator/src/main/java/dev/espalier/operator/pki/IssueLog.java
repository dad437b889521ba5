package dev.espalier.operator.pki;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes certificates into the ledger, each before it is handed out. Whoever waits while another writes is written with the others that wait, in
 * one write: the ledger is as long as the mesh is large, and a whole mesh may ask at once (OPR-08). Thread-safe.
 */
final class IssueLog {
    private final ConfigMapStore ledger;
    private final BiFunction<Ledger, String, Optional<Denial>> limit;
    private final Lock writing = new ReentrantLock();
    private final List<Entry> waiting = new ArrayList<>();

    /** @param limit whether a node, by name, may get another certificate, with these in the ledger */
    IssueLog(ConfigMapStore ledger, BiFunction<Ledger, String, Optional<Denial>> limit) {
        this.ledger = ledger;
        this.limit = limit;
    }

    private static final class Entry {
        private final IssuedCertificate certificate;
        private Optional<Denial> denial = Optional.empty();
        private boolean done;
        private @Nullable RuntimeException failure;

        Entry(IssuedCertificate certificate) {
            this.certificate = certificate;
        }
    }

    /**
     * Returns when the certificate stands in the ledger, or with why it does not.
     *
     * @throws io.fabric8.kubernetes.client.KubernetesClientException when the ledger could not be written
     */
    Optional<Denial> add(IssuedCertificate certificate, Instant now) {
        Entry own = new Entry(certificate);
        synchronized (waiting) {
            waiting.add(own);
        }
        writing.lock();
        try {
            if (!own.done) {
                write(taken(), now);
            }
        } finally {
            writing.unlock();
        }
        if (own.failure != null) {
            throw own.failure;
        }
        return own.denial;
    }

    /** How many wait for a write that has not begun. */
    int waiting() {
        synchronized (waiting) {
            return waiting.size();
        }
    }

    private List<Entry> taken() {
        synchronized (waiting) {
            List<Entry> taken = List.copyOf(waiting);
            waiting.clear();
            return taken;
        }
    }

    private void write(List<Entry> entries, Instant now) {
        entries.forEach(entry -> entry.done = true);
        try {
            List<Optional<Denial>> denials = ledger.update(data -> {
                Ledger next = Ledger.parse(data);
                List<Optional<Denial>> outcomes = new ArrayList<>();
                for (Entry entry : entries) {
                    // Counted again with the write: requests of one node come in parallel.
                    Optional<Denial> denial = limit.apply(next, entry.certificate.nodeName());
                    outcomes.add(denial);
                    next = denial.isPresent() ? next : next.with(entry.certificate);
                }
                boolean nothingNew = outcomes.stream().allMatch(Optional::isPresent);
                return new ConfigMapStore.Change<>(
                        nothingNew ? data : next.pruned(now).data(), outcomes);
            });
            for (int i = 0; i < denials.size(); i++) {
                entries.get(i).denial = denials.get(i);
            }
        } catch (RuntimeException e) {
            entries.forEach(entry -> entry.failure = e);
        }
    }
}
