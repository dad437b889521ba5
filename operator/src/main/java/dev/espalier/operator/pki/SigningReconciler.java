package dev.espalier.operator.pki;

import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.filter.GenericFilter;
import java.util.concurrent.TimeUnit;

/** Approves or denies, and signs, certificate requests of nodes. */
@ControllerConfiguration(
        name = "certificates",
        generationAwareEventProcessing = false,
        informer = @Informer(genericFilter = SigningReconciler.OwnSigner.class),
        maxReconciliationInterval = @MaxReconciliationInterval(interval = 1, timeUnit = TimeUnit.MINUTES))
public class SigningReconciler implements Reconciler<CertificateSigningRequest> {
    private final CertificateService certificates;

    public SigningReconciler(Pki pki) {
        this.certificates = pki.certificates();
    }

    @Override
    public UpdateControl<CertificateSigningRequest> reconcile(
            CertificateSigningRequest csr, Context<CertificateSigningRequest> context) {
        certificates.handle(csr);
        return UpdateControl.noUpdate();
    }

    /** Leaves out requests for other signers. */
    public static class OwnSigner implements GenericFilter<CertificateSigningRequest> {
        @Override
        public boolean accept(CertificateSigningRequest csr) {
            return PkiNames.SIGNER.equals(csr.getSpec().getSignerName());
        }
    }
}
