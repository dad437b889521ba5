package dev.espalier.operator.pki;

import dev.espalier.operator.cache.TrimmedStore;
import dev.espalier.operator.cache.Trimming;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.filter.GenericFilter;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Approves or denies, and signs, certificate requests of nodes. */
@ControllerConfiguration(
        name = "certificates",
        generationAwareEventProcessing = false,
        informer =
                @Informer(genericFilter = SigningReconciler.OwnSigner.class, itemStore = SigningReconciler.Slim.class),
        maxReconciliationInterval = @MaxReconciliationInterval(interval = 1, timeUnit = TimeUnit.MINUTES))
public class SigningReconciler implements Reconciler<CertificateSigningRequest> {
    /** More only wait for each other, and for the API server: a whole mesh may ask at once. */
    private static final int AT_A_TIME = 4;

    private static final Duration WAIT = Duration.ofMillis(250);

    private final Semaphore slots = new Semaphore(AT_A_TIME, true);
    private final CertificateService certificates;

    public SigningReconciler(Pki pki) {
        this.certificates = pki.certificates();
    }

    @Override
    public UpdateControl<CertificateSigningRequest> reconcile(
            CertificateSigningRequest csr, Context<CertificateSigningRequest> context) throws InterruptedException {
        if (!slots.tryAcquire(WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
            return UpdateControl.<CertificateSigningRequest>noUpdate().rescheduleAfter(WAIT);
        }
        try {
            certificates.handle(csr);
        } finally {
            slots.release();
        }
        return UpdateControl.noUpdate();
    }

    /** Leaves out requests for other signers. */
    public static class OwnSigner implements GenericFilter<CertificateSigningRequest> {
        @Override
        public boolean accept(CertificateSigningRequest csr) {
            return PkiNames.SIGNER.equals(csr.getSpec().getSignerName());
        }
    }

    /** Managed fields are a third of a request. */
    public static final class Slim extends TrimmedStore<CertificateSigningRequest> {
        public Slim() {
            super(Trimming::withoutManagedFields);
        }
    }
}
