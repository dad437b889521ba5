package dev.espalier.operator.wiring;

import dev.espalier.operator.pki.PkiObserver;
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

    PkiMetrics(MeterRegistry registry) {
        this.registry = registry;
        Gauge.builder("espalier.ca.expiry.timestamp.seconds", caExpirySeconds, AtomicLong::get)
                .description("When the CA's own certificate ends, in seconds since 1970; 0 before it is known")
                .register(registry);
        Gauge.builder("espalier.certificates.revoked", revoked, AtomicLong::get)
                .description("Serials on the deny list")
                .register(registry);
    }

    @Override
    public void certificateIssued() {
        registry.counter("espalier.certificates.issued").increment();
    }

    @Override
    public void requestDenied(String reason) {
        registry.counter("espalier.certificate.requests.denied", "reason", reason)
                .increment();
    }

    @Override
    public void trustPublished(Instant notAfter, int revokedSerials) {
        caExpirySeconds.set(notAfter.getEpochSecond());
        revoked.set(revokedSerials);
    }
}
