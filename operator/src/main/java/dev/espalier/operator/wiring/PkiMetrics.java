package dev.espalier.operator.wiring;

import dev.espalier.crds.v1alpha1.RollStage;
import dev.espalier.operator.pki.PkiObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** The certificate authority's metrics. */
@Singleton
class PkiMetrics implements PkiObserver {
    private final MeterRegistry registry;
    private final AtomicLong caExpirySeconds = new AtomicLong();
    private final AtomicLong revoked = new AtomicLong();
    private final AtomicLong stage = new AtomicLong();
    private final AtomicLong missing = new AtomicLong();
    private final Counter issued;

    PkiMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.issued = Counter.builder("espalier.certificates.issued")
                .description("Certificates of nodes that this process has signed")
                .register(registry);
        Gauge.builder("espalier.ca.expiry.timestamp.seconds", caExpirySeconds, AtomicLong::get)
                .description("When the CA's own certificate ends, in seconds since 1970; 0 before it is known")
                .register(registry);
        Gauge.builder("espalier.certificates.revoked", revoked, AtomicLong::get)
                .description("Serials on the deny list")
                .register(registry);
        Gauge.builder("espalier.ca.roll.stage", stage, AtomicLong::get)
                .description("Where the CA's roll stands: 0 settled, 1 trust new, 2 use new, 3 drop old")
                .register(registry);
        Gauge.builder("espalier.ca.roll.waiting.nodes", missing, AtomicLong::get)
                .description("Nodes that have not reported the present stage of the CA's roll")
                .register(registry);
    }

    @Override
    public void certificateIssued() {
        issued.increment();
    }

    @Override
    public void requestDenied(String reason) {
        registry.counter("espalier.certificate.requests.denied", "reason", reason)
                .increment();
    }

    @Override
    public void rollStands(RollStage now, int missingNodes) {
        stage.set(
                switch (now) {
                    case SETTLED -> 0;
                    case TRUST_NEW -> 1;
                    case USE_NEW -> 2;
                    case DROP_OLD -> 3;
                });
        missing.set(missingNodes);
    }

    @Override
    public void trustPublished(Instant notAfter, int revokedSerials) {
        caExpirySeconds.set(notAfter.getEpochSecond());
        revoked.set(revokedSerials);
    }
}
